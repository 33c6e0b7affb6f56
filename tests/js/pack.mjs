/**
 * What the JavaScript tests run against: not this tree, but the package as npm would install it. The tarball is packed
 * once for each state of its files, installed into a project of its own under `target/pack/`, and used from there.
 */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "../../scripts/bundle.mjs";
import { at, filesUnder, hashOf } from "../../scripts/project.mjs";
import { outputOf } from "../../scripts/run.mjs";
import { startWorker } from "../../scripts/worker.mjs";

/** Everything that npm puts into the tarball, and the list that decides on it. */
const PACKAGE = ["package.json", "README.md", "LICENSE", "CHANGELOG.md", "NOTICE", "js", "pkg", "dist", "prices"];

/** Where imports start in the project that has the package installed. */
export const IMPORTER = "importer.mjs";

/** @type {Promise<string> | undefined} */
let project;

/**
 * Packs and installs, unless it was done for these very files. Needs a build: `npm run build`.
 * @returns {Promise<string>} the folder of a project that has `switchman` in its `node_modules`
 */
export function packed() {
  return (project ??= prepare());
}

async function prepare() {
  if (!existsSync(at("pkg", "switchman_bg.wasm"))) throw new Error("there is no build to pack: npm run build");
  await bundle();
  const home = at("target", "pack", hashOf(filesUnder(PACKAGE)));
  if (!existsSync(home)) {
    await mkdir(at("target", "pack"), { recursive: true });
    const draft = await mkdtemp(`${home}.`);
    try {
      await install(draft);
      await rename(draft, home);
    } catch (error) {
      // Another test file may have packed the same state at the same time; its folder is as good as ours.
      if (!existsSync(home)) throw error;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  return home;
}

async function install(folder) {
  await outputOf("npm", ["pack", "--ignore-scripts", "--pack-destination", folder]);
  const [tarball] = await readdir(folder);
  await writeFile(join(folder, "package.json"), `${JSON.stringify({ name: "consumer", private: true, type: "module" })}\n`);
  await writeFile(join(folder, IMPORTER), "export const load = (specifier) => import(specifier);\n");
  const flags = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--no-save"];
  await outputOf("npm", ["install", ...flags, `./${tarball}`], { cwd: folder });
}

/**
 * Imports from the installed package, resolved with the conditions of the runtime that the test runs on.
 * @param {string} [specifier] "switchman", "switchman/testkit", …
 */
export async function importPacked(specifier = "switchman") {
  const importer = await import(pathToFileURL(join(await packed(), IMPORTER)).href);
  return importer.load(specifier);
}

/**
 * Bundles a worker file against the installed package and starts it in workerd, on loopback.
 *
 * @param {string} script absolute path of the worker; its own relative imports are resolved where it lies
 * @param {Omit<NonNullable<Parameters<typeof startWorker>[1]>, "packageIn">} [options] `bindings`, `outbound`,
 *   `conditions`, `miniflare`, …
 * @returns {ReturnType<typeof startWorker>} `{ url, fetch, log, stop }`; stop it when the test ends
 */
export async function workerdWith(script, options = {}) {
  return startWorker(script, { ...options, packageIn: await packed() });
}
