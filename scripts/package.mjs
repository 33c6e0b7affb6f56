/** Checks of the packed package, as others see it: its manifest, its types, and programs that use them. */

import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { at } from "./project.mjs";
import { outputOf, run } from "./run.mjs";

/** How programs may be set to resolve modules. */
const RESOLUTIONS = [[], ["--module", "node16"], ["--module", "esnext", "--moduleResolution", "bundler"]];

/**
 * attw: there are modules only, so `require` and the resolution of Node 10 are not looked at. The wasm file has no types:
 * it is a module on Workers and an address in bundlers, and their own types say so. No look at what the registry has.
 */
const ATTW = ["--profile", "esm-only", "--exclude-entrypoints", "./switchman.wasm", "--no-definitely-typed"];

const publint = (args) => run(process.execPath, [at("node_modules", "publint", "src", "cli.js"), ...args]);

/** Says something only when it finds something: its report on a sound package is long. */
const attw = (args) => outputOf(process.execPath, [at("node_modules", "@arethetypeswrong", "cli", "dist", "index.js"), ...args]);

export const tsc = (args) => run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), ...args]);

/** Packs, installs, and fails at the first mistake of the package. */
export async function checkPackage() {
  const { packed } = await import("../tests/js/pack.mjs");
  const home = await packed();
  const tarball = join(home, readdirSync(home).find((name) => name.endsWith(".tgz")));
  await Promise.all([publint(["run", tarball, "--strict"]), attw([tarball, ...ATTW])]);
  const types = join(home, "types");
  cpSync(at("tests", "types"), types, { recursive: true });
  for (const resolution of RESOLUTIONS) await tsc(["--project", types, ...resolution]);
  await tsc(["--project", join(types, "tsconfig.node.json")]);
  // Its types are checked by its makers, and with other settings than ours.
  await tsc(["--project", join(types, "tsconfig.ai-sdk.json")]);
}
