/**
 * `npm run build`: `src/` into `pkg/` (the one wasm file and its glue) and `dist/` (the same bytes as a module, for
 * `switchman/inline`). Nothing is done while the inputs are unchanged; `--force` builds all the same.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { at, filesUnder, hashOf, isMain } from "./project.mjs";
import { outputOf, run, script } from "./run.mjs";
import { npmPackages, rust } from "./setup.mjs";
import { printSizes } from "./sizes.mjs";
import { wasmTools } from "./tools.mjs";

/** What the wasm is made of; the lock of the npm packages is among them because it decides on wasm-opt. */
const INPUTS = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo", "src", "package-lock.json", "scripts/build.mjs"];
const OUTPUTS = ["pkg/switchman.js", "pkg/switchman.d.ts", "pkg/switchman_bg.wasm", "pkg/switchman_bg.wasm.d.ts", "dist/wasm.js"];
const STAMP = at("pkg", ".inputs");

const TARGET = "wasm32-unknown-unknown";

/** What the wasm may use, named one by one: with all features wasm-opt writes a module that Node 20 cannot read. */
const FEATURES = [
  "--enable-simd",
  "--enable-bulk-memory",
  "--enable-nontrapping-float-to-int",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-reference-types",
  "--enable-multivalue",
];

/**
 * What counts is the size once it is gzipped. A function that is inlined where it is used once saves bytes and costs more
 * of them gzipped; so do variables for what is computed twice, alignments that differ, and an order by use.
 */
const PASSES = [
  "-Os",
  "--one-caller-inline-max-function-size=1",
  "--skip-pass=local-cse",
  "--converge",
  "--dealign",
  "--reorder-functions-by-name",
  "--strip-debug",
  "--strip-producers",
];

/** The only module that the wasm may import from: its glue. Anything else is native code that leaked in. */
const GLUE = "./switchman_bg.js";

/** Builds when something has changed. Answers whether it had to. */
export async function build({ force = false } = {}) {
  const inputs = hashOf(filesUnder(INPUTS));
  const built = OUTPUTS.every((file) => existsSync(at(file))) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === inputs;
  if (built && !force) return false;
  await npmPackages();
  await rust();
  const env = { PATH: [...(await wasmTools()), at("node_modules", ".bin"), process.env.PATH].join(delimiter) };
  rmSync(at("pkg"), { recursive: true, force: true });
  // One crate type: beside a Rust library the optimiser must keep what another crate might use, 13 KB gzipped.
  const crate = ["--lib", "--crate-type", "cdylib", "--release", "--target", TARGET, "--locked", "--quiet"];
  await run("cargo", ["rustc", ...crate], { env });
  const compiled = join(await targetFolder(), TARGET, "release", "switchman.wasm");
  // The glue can start the wasm anew after a trap.
  const glue = ["--target", "web", "--out-name", "switchman", "--experimental-reset-state-function"];
  await run("wasm-bindgen", [compiled, "--out-dir", at("pkg"), ...glue], { env });
  const wasm = at("pkg", "switchman_bg.wasm");
  await run("wasm-opt", [...FEATURES, ...PASSES, "--output", wasm, wasm], { env });
  const bytes = readFileSync(wasm);
  checkImports(bytes);
  mkdirSync(at("dist"), { recursive: true });
  writeFileSync(at("dist", "wasm.js"), `export default "${bytes.toString("base64")}";\n`);
  writeFileSync(STAMP, inputs);
  return true;
}

/** Where cargo puts what it makes. */
async function targetFolder() {
  return JSON.parse(await outputOf("cargo", ["metadata", "--format-version", "1", "--no-deps", "--locked"])).target_directory;
}

/** Compiling the module here also proves that the oldest Node we support can read what wasm-opt wrote. */
function checkImports(bytes) {
  const foreign = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ module }) => module !== GLUE);
  if (foreign.length === 0) return;
  const names = foreign.map(({ module, name }) => `${module}.${name}`).join(", ");
  throw new Error(`the wasm may import from ${GLUE} only, but imports ${names}`);
}

if (isMain(import.meta)) {
  await script(async () => {
    if (!(await build({ force: process.argv.includes("--force") }))) console.log("Nothing has changed since the last build.");
    await printSizes();
  });
}
