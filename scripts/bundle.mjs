/**
 * Puts what Node, Deno and Bun import into one file, `dist/entry/node.js`. They load fifty small modules one by one, which
 * is half of a cold start; bundlers, which Workers and pages go through, do the same by themselves.
 */

import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { at, textOf } from "./project.mjs";

/** As deep in the package as the entry itself: it finds the wasm by the same relative address. */
const FOLDER = at("dist");

/** The price tables as modules, for everybody who does not read files. */
const TABLES = ["first-tier", "full"];

const SHORT = { minifyWhitespace: true, legalComments: "none", lineLimit: 140 };

const ENTRY = { "entry/node": at("js", "entry", "node.js") };

/**
 * Leaves what is imported on demand a file of its own beside the entry. Not by esbuild's splitting: that puts what both need,
 * if only a line, into a third file, which the entry would load at its start.
 */
function onDemand() {
  /** @type {Record<string, string>} */
  const found = {};
  const plugin = {
    name: "on demand",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
        if (kind !== "dynamic-import") return undefined;
        found[`entry/${basename(path, ".js")}`] = join(resolveDir, path);
        return { path: `./${basename(path)}`, external: true };
      });
    },
  };
  return { plugin, found };
}

/** Writes the price tables as modules. */
export function tables() {
  for (const name of TABLES) {
    // A table holds nothing that a template would read as something else.
    const text = textOf("prices", `${name}.txt`);
    write(join(FOLDER, "prices", `${name}.js`), Buffer.from(`export default \`${text}\`;\n`));
  }
}

/**
 * Bundles, and writes what has changed. Names stay as they are: they are read in stacks. Comments and blanks go, a third of
 * all: each start reads them. The lines stay short, because Node shows the whole line of what was not caught.
 */
export async function bundle() {
  tables();
  const { build } = await import("esbuild");
  const options = { outdir: FOLDER, bundle: true, format: "esm", platform: "node", target: "node20", write: false, logLevel: "error", ...SHORT };
  const { plugin, found } = onDemand();
  const main = await build({ ...options, entryPoints: ENTRY, plugins: [plugin] });
  const others = await build({ ...options, entryPoints: found });
  const outputFiles = [...main.outputFiles, ...others.outputFiles];
  for (const { path, contents } of outputFiles) write(path, contents);
  const made = outputFiles.map(({ path }) => basename(path));
  for (const name of readdirSync(join(FOLDER, "entry"))) {
    if (name.endsWith(".js") && !made.includes(name)) rmSync(join(FOLDER, "entry", name), { force: true });
  }
}

function write(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  // Somebody may be reading it.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
