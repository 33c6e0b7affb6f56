/**
 * `npm run fuzz`: every decoder of the core fed with what a coverage-guided fuzzer makes up, and the committed inputs
 * (`fuzz/corpus`) brought up to date with what it finds. Rust's own compiler is enough, with a C++ compiler for libFuzzer.
 *
 *     npm run fuzz -- [target ...] [--seconds 60]
 *
 * What fails is left in `fuzz/target/failed`, with the command that shows it again.
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { committed, inputsIn, pack, unpack } from "./fuzz/corpus.mjs";
import { seeds } from "./fuzz/seeds.mjs";
import { at } from "./project.mjs";
import { outputOf, run, script, UsageError } from "./run.mjs";

/** The same instrumentation that `cargo fuzz` asks of LLVM, without a sanitizer, which there is in unstable compilers only. */
const INSTRUMENTED = [
  "--cfg=fuzzing",
  "-Cpasses=sancov-module",
  ...["level=4", "inline-8bit-counters", "pc-table", "trace-compares"].map((flag) => `-Cllvm-args=-sanitizer-coverage-${flag}`),
];

/** Long enough for what a decoder treats in its own way; longer texts are told in short (see `grown` of the targets). */
const MOST_BYTES = 2_048;

/** Kept are as few inputs as cover every branch that inputs of this length do: a few per cent less than all, in half the bytes. */
const KEPT_BYTES = 700;

/** An input that takes so long is one that failed, in seconds. */
const PATIENCE_S = 10;

async function built() {
  const host = /host: (\S+)/.exec(await outputOf("rustc", ["-vV"]))[1];
  const env = { RUSTFLAGS: INSTRUMENTED.join(" ") };
  // With a target named, the flags are not for what runs in the compiler.
  await run("cargo", ["build", "--locked", "--quiet", "--release", "--target", host], { cwd: at("fuzz"), env });
  return at("fuzz", "target", host, "release", "fuzz");
}

function known() {
  const table = readFileSync(at("fuzz", "targets", "mod.rs"), "utf8");
  return Array.from(table.matchAll(/\("(\w+)", \w+::\w+\)/g), ([, name]) => name);
}

async function fuzz(program, target, seconds) {
  const folder = (name) => at("fuzz", "target", name, target);
  const fuzzer = (args, env) => run(program, [...args, `-max_len=${MOST_BYTES}`, "-verbosity=0"], { env: { FUZZ_TARGET: target, RUST_BACKTRACE: "0", ...env } });
  for (const name of ["failed", "understood", "least"]) unpack([], folder(name));
  unpack([...committed(target), ...(await seeds(target))], folder("found"));
  console.log(`\n── ${target}: ${seconds} s`);
  await fuzzer([folder("found"), `-max_total_time=${seconds}`, `-timeout=${PATIENCE_S}`, `-artifact_prefix=${folder("failed")}/`, "-print_final_stats=1"]);
  await fuzzer([folder("found"), "-runs=0"], { FUZZ_UNDERSTOOD: folder("understood") });
  // First of the inputs that mean something, else rubbish would do. What else the fuzzer tells apart is ten times as much.
  for (const source of ["understood", "found"]) {
    unpack(inputsIn(folder(source)).filter((input) => input.length <= KEPT_BYTES), folder("short"));
    await fuzzer(["-set_cover_merge=1", "-use_counters=0", folder("least"), folder("short")]);
  }
  const { inputs, bytes } = pack(target, inputsIn(folder("least")));
  console.log(`── ${target}: ${inputs} inputs, ${bytes} bytes`);
}

await script(async () => {
  const { values, positionals } = parseArgs({ options: { seconds: { type: "string", default: "60" } }, allowPositionals: true });
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1) throw new UsageError("--seconds is a whole number from 1");
  const unknown = positionals.filter((name) => !known().includes(name));
  if (unknown.length > 0) throw new UsageError(`no such target: ${unknown.join(", ")}; there are ${known().join(", ")}`);
  // Some of the seeds are what the package itself sends.
  await build();
  const program = await built();
  for (const target of positionals.length > 0 ? positionals : known()) await fuzz(program, target, seconds);
});
