/**
 * `npm run www`: the page of `www/` with all it needs as plain files in `dist/www/`, for any static host and any path on it.
 * `npm start` serves the same files without copying them.
 */

import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { build } from "./build.mjs";
import { at, filesUnder, isMain, root } from "./project.mjs";
import { script } from "./run.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

/** What of the package the page imports, under `lib/`: their imports of each other stay as they are. */
const PACKAGE = ["js", "pkg/switchman.js", "pkg/switchman_bg.wasm", "dist/prices/first-tier.js"];

/**
 * Every file of the page.
 * @param {string} [packageIn] the folder of the package that it runs on; default: this tree
 * @returns {Map<string, string>} absolute paths by the path under the page's own
 */
export function pageFiles(packageIn = root) {
  const own = filesUnder(["www"]).map((file) => [file.slice("www/".length), at(file)]);
  const served = filesUnder(PACKAGE, packageIn).filter((file) => extname(file) in TYPES && !file.includes("/tests/"));
  return new Map([...own, ...served.map((file) => [`lib/${file}`, join(packageIn, file)])]);
}

/** Copies the page and what it needs; what was in the folder before is gone. @param {string} folder @param {string} [packageIn] */
export function assemble(folder, packageIn) {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, file] of pageFiles(packageIn)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(file, join(folder, path));
  }
}

/**
 * Answers a request for one of the files; 404 for everything else.
 * @param {Map<string, string>} files as {@link pageFiles} gives them
 * @param {string} path under the page's own, without a slash at its beginning; empty for the page itself
 */
export function pageResponse(files, path) {
  const name = path === "" ? "index.html" : path;
  const file = files.get(name);
  if (file === undefined) return new Response("There is no such file.\n", { status: 404 });
  return new Response(readFileSync(file), { headers: { "content-type": TYPES[extname(name)], "cache-control": "no-cache" } });
}

if (isMain(import.meta)) {
  await script(async () => {
    await build();
    assemble(at("dist", "www"));
    console.log("The page is in dist/www: plain files, for any static host.");
  });
}
