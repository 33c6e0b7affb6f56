/**
 * `npm run setup`: installs whatever is missing for building and testing: the npm packages, the Rust toolchain's parts,
 * wasm-pack and wasm-bindgen, and Chromium where that is allowed. With everything in place it takes well under a second,
 * so every other script calls what it needs of it.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installChromium } from "./chromium.mjs";
import { at, hashOf, isMain, textOf } from "./project.mjs";
import { outputOf, run, script, UsageError, versionOf } from "./run.mjs";
import { wasmTools } from "./tools.mjs";

/** The npm packages of `package-lock.json`; reinstalled when the lock, the platform or Node's own interface changed. */
export async function npmPackages() {
  const stamp = at("node_modules", ".switchman-lock");
  const fresh = hashOf(["package-lock.json"], process.platform, process.arch, process.versions.modules);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fresh) return;
  // No install scripts: esbuild, workerd, Deno and Bun bring their programs as packages of their own.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  if (process.platform === "win32") await run("cmd", ["/c", "npm", ...args]);
  else await run("npm", args);
  writeFileSync(stamp, fresh);
}

/** The toolchain that `rust-toolchain.toml` names, with its components and the wasm target. */
export async function rust() {
  const file = textOf("rust-toolchain.toml");
  const channel = /channel = "(.+)"/.exec(file)[1];
  const list = (name) => [...new RegExp(`${name} = \\[(.*)\\]`).exec(file)[1].matchAll(/"(.+?)"/g)].map((match) => match[1]);
  const targets = list("targets");
  const components = list("components");
  if (!(await versionOf("cargo"))) {
    throw new UsageError(`Rust is missing: install rustup (https://rustup.rs) and run this again; it brings Rust ${channel} itself.`);
  }
  const sysroot = (await outputOf("rustc", ["--print", "sysroot"])).trim();
  const hasTargets = targets.every((target) => existsSync(join(sysroot, "lib", "rustlib", target)));
  if (hasTargets && (await versionOf("cargo-clippy")) && (await versionOf("rustfmt"))) return;
  if (!(await versionOf("rustup"))) {
    throw new UsageError(`Rust ${channel} needs ${[...components, ...targets].join(", ")}: install them as you installed Rust, or use rustup.`);
  }
  const args = ["toolchain", "install", channel, "--profile", "minimal", "--no-self-update"];
  await run("rustup", [...args, "--component", components.join(","), "--target", targets.join(",")]);
}

/** Everything. */
export async function setup() {
  await npmPackages();
  await rust();
  await wasmTools();
  await installChromium();
}

if (isMain(import.meta)) {
  await script(async () => {
    const started = performance.now();
    await setup();
    console.log(`Everything is in place (${((performance.now() - started) / 1000).toFixed(1)} s).`);
  });
}
