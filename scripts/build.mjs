/**
 * `npm run build`: `src/` into `pkg/` (the one wasm file and its glue) and `dist/` (the same bytes as a module, for
 * `switchman/inline`, and the JavaScript in one file, for Node). The wasm is not made anew while its inputs are unchanged;
 * `--force` does it all the same.
 */

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { bundle } from "./bundle.mjs";
import { at, filesUnder, hashOf, isMain, textOf } from "./project.mjs";
import { run, script } from "./run.mjs";
import { npmPackages, rust } from "./setup.mjs";
import { printSizes } from "./sizes.mjs";
import { wasmTools } from "./tools.mjs";

/** What the wasm is made of; the lock of the npm packages is among them because it decides on wasm-opt. */
const INPUTS = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo", "src", "package-lock.json", "scripts/build.mjs"];
const OUTPUTS = ["pkg/switchman.js", "pkg/switchman.d.ts", "pkg/switchman_bg.wasm", "pkg/switchman_bg.wasm.d.ts", "dist/wasm.js"];
const STAMP = at("pkg", ".inputs");

/** The only module that the wasm may import from: its glue. Anything else is native code that leaked in. */
const GLUE = "./switchman_bg.js";

/** Builds when something has changed. Answers whether it had to. */
export async function build({ force = false } = {}) {
  const inputs = hashOf(filesUnder(INPUTS));
  await npmPackages();
  const built = OUTPUTS.every((file) => existsSync(at(file))) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === inputs;
  if (built && !force) {
    await bundle();
    return false;
  }
  await rust();
  const env = { PATH: [...(await wasmTools()), at("node_modules", ".bin"), process.env.PATH].join(delimiter), CARGO_TARGET_DIR: at("target", "wasm") };
  rmSync(at("pkg"), { recursive: true, force: true });
  const flags = ["--target", "web", "--release", "--no-pack", "--mode", "no-install", "--out-name", "switchman", "--out-dir", at("pkg")];
  // Without wasm-opt wasm-pack would only mention that it skips a step; npmPackages() has just made sure of it.
  await run("wasm-pack", ["--log-level", "error", "build", loneCrate(), ...flags, "--", "--locked"], { env });
  await resettableGlue(env);
  // Its ignore-everything file would keep the folder out of the npm package too.
  rmSync(at("pkg", ".gitignore"), { force: true });
  const wasm = at("pkg", "switchman_bg.wasm");
  const bytes = readFileSync(wasm);
  checkImports(bytes);
  mkdirSync(at("dist"), { recursive: true });
  writeFileSync(at("dist", "wasm.js"), `export default "${bytes.toString("base64")}";\n`);
  await bundle();
  writeFileSync(STAMP, inputs);
  return true;
}

/**
 * The folder of a manifest like ours whose library is a wasm and nothing else. Beside a Rust library, which the tests need,
 * the optimiser must keep what another crate might use: 17 KB gzipped.
 */
function loneCrate() {
  const folder = at("target", "wasm-crate");
  mkdirSync(folder, { recursive: true });
  // What is not there is not named either: the read-me, the benches.
  const lone = textOf("Cargo.toml")
    .replace(/crate-type = \[.*\]/, 'crate-type = ["cdylib"]\npath = "../../src/lib.rs"')
    .replace(/^(readme|include) = .*\n/gm, "")
    .replace(/^\[\[bench\]\]\n(?:.+\n)*/gm, "");
  writeFileSync(join(folder, "Cargo.toml"), `${lone}\n[workspace]\n`);
  copyFileSync(at("Cargo.lock"), join(folder, "Cargo.lock"));
  return folder;
}

/**
 * Replaces the glue by one that can start the wasm anew after a trap. wasm-pack has no option for that, so wasm-bindgen is
 * asked once more; the wasm that it makes is the same.
 */
async function resettableGlue(env) {
  const folder = at("target", "glue");
  const wasm = join(env.CARGO_TARGET_DIR, "wasm32-unknown-unknown", "release", "switchman.wasm");
  const flags = ["--target", "web", "--out-name", "switchman", "--experimental-reset-state-function"];
  await run("wasm-bindgen", [wasm, "--out-dir", folder, ...flags], { env });
  for (const name of ["switchman.js", "switchman.d.ts"]) copyFileSync(join(folder, name), at("pkg", name));
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
