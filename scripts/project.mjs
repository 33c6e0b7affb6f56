/** Where the project's files are, and whether they have changed. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds `package.json`, without a slash at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** An absolute path of the project. */
export const at = (...names) => join(root, ...names);

/** The text of a file of the project. */
export const textOf = (...names) => readFileSync(at(...names), "utf8");

/** Every file under the given files and folders of `base`, as relative paths with forward slashes, sorted; what is not there is left out. */
export function filesUnder(names, base = root) {
  const found = [];
  const visit = (path) => {
    if (!statSync(path).isDirectory()) return found.push(relative(base, path).split(sep).join("/"));
    for (const name of readdirSync(path)) visit(join(path, name));
  };
  for (const name of names) if (existsSync(join(base, name))) visit(join(base, name));
  return found.sort();
}

/** One hash over the names and contents of `files` (of the project) and whatever else the result depends on. */
export function hashOf(files, ...also) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(at(file))).update("\0");
  return hash.update(JSON.stringify(also)).digest("hex").slice(0, 16);
}

/** Whether this script is the program that Node was started with. */
export const isMain = (meta) => process.argv[1] !== undefined && fileURLToPath(meta.url) === process.argv[1];
