/**
 * `npm test`: everything that has to hold, cheapest first; stops at the first step that fails, with its exit code. What
 * is missing on the machine is installed on the way. `npm test -- rust`, or the name of a step, runs a part of it.
 */

import { readdirSync } from "node:fs";
import { build } from "./build.mjs";
import { tables } from "./bundle.mjs";
import { checkInstructions, hasInstructions, hasValgrind } from "./callgrind.mjs";
import { installChromium } from "./chromium.mjs";
import { oracles } from "./oracles.mjs";
import { checkPackage, tsc } from "./package.mjs";
import { at } from "./project.mjs";
import { run, script, UsageError } from "./run.mjs";
import { npmPackages, rust } from "./setup.mjs";
import { checkSizes, hasRecord, printSizes } from "./sizes.mjs";
import { cargoTally, nodeTally } from "./tally.mjs";

const WASM = ["--target", "wasm32-unknown-unknown"];
const NO_WARNINGS = { env: { RUSTDOCFLAGS: "-D warnings" } };

const cargo = (args, options) => run("cargo", args, options);

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {"rust" | "js"} part
 * @property {(tally: { passed: number, failed: number, skipped: string[] }) => Promise<unknown>} run adds the tests that it
 *   ran to the tally; a step that adds none counts as one
 */

/** @type {Step[]} */
const STEPS = [
  { name: "format", part: "rust", run: () => cargo(["fmt", "--check", "--", "--color", process.stdout.isTTY ? "auto" : "never"]) },
  { name: "lint", part: "rust", run: () => cargo(["clippy", "--locked", "--all-targets", "--", "-D", "warnings"]) },
  { name: "lint-wasm", part: "rust", run: () => cargo(["clippy", "--locked", "--lib", ...WASM, "--", "-D", "warnings"]) },
  { name: "rust-tests", part: "rust", run: (tally) => cargo(["test", "--locked", "--no-fail-fast"], { onLine: cargoTally(tally) }) },
  { name: "docs", part: "rust", run: () => cargo(["doc", "--locked", "--no-deps"], NO_WARNINGS) },
  { name: "docs-wasm", part: "rust", run: () => cargo(["doc", "--locked", "--no-deps", ...WASM], NO_WARNINGS) },
  { name: "instructions", part: "rust", run: instructions },
  { name: "types", part: "js", run: types },
  { name: "build", part: "js", run: () => build().then(printSizes) },
  { name: "size", part: "js", run: size },
  { name: "package", part: "js", run: checkPackage },
  { name: "js-tests", part: "js", run: (tally) => run(process.execPath, nodeTests(), { onLine: nodeTally(tally) }) },
  { name: "oracles", part: "js", run: oracles },
];

/** The price tables are modules that a type check looks for. */
async function types() {
  tables();
  await tsc(["--project", at("tsconfig.json")]);
}

async function size(tally) {
  if (hasRecord()) await checkSizes();
  else tally.skipped.push("size: nothing on record yet (npm run size -- --record)");
}

async function instructions(tally) {
  if (!(await hasValgrind())) tally.skipped.push("instructions: valgrind is not there");
  else if (!hasInstructions()) tally.skipped.push(`instructions: nothing on record for ${process.arch} (npm run instructions -- --record)`);
  else await checkInstructions();
}

function nodeTests() {
  const files = readdirSync(at("tests", "js")).filter((file) => file.endsWith(".test.mjs"));
  if (files.length === 0) throw new UsageError("tests/js has no tests");
  const [major, minor] = process.versions.node.split(".").map(Number);
  // Two at once, though by itself Node leaves a processor free: half of the time most files wait for another process.
  const atOnce = major > 20 || minor >= 10 ? ["--test-concurrency=2"] : [];
  return ["--test", ...atOnce, "--test-reporter=spec", ...files.sort().map((file) => at("tests", "js", file))];
}

/** The steps that the command line asks for; all, if it asks for none. */
function chosen(names) {
  const known = new Set(STEPS.flatMap(({ name, part }) => [name, part]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new UsageError(`no such step: ${unknown.join(", ")}; there are ${[...known].join(", ")}`);
  return names.length === 0 ? STEPS : STEPS.filter(({ name, part }) => names.includes(name) || names.includes(part));
}

async function test() {
  const steps = chosen(process.argv.slice(2));
  const tally = { passed: 0, failed: 0, skipped: [] };
  try {
    await timed("set-up", async () => {
      await npmPackages();
      await rust();
      if (steps.some(({ part }) => part === "js")) await installChromium();
    });
    for (const step of steps) await timed(step.name, () => counted(step, tally));
  } catch (error) {
    tally.failed ||= 1;
    throw error;
  } finally {
    for (const name of tally.skipped) console.log(`skipped: ${name}`);
    for (const { name } of STEPS) if (!steps.some((step) => step.name === name)) console.log(`not asked for: ${name}`);
    console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped`);
  }
}

/** A step without tests of its own is one test. */
async function counted(step, tally) {
  const before = tally.passed + tally.failed + tally.skipped.length;
  await step.run(tally);
  if (tally.passed + tally.failed + tally.skipped.length === before) tally.passed += 1;
}

async function timed(name, body) {
  console.log(`\n── ${name}`);
  const started = performance.now();
  await body();
  console.log(`── ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

await script(test);
