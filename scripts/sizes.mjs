/**
 * `npm run size`: how many bytes a program gets with `import { Router } from "switchman"`, and whether they have grown.
 * `--record` makes today's figure the one that later builds are held against.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { at, isMain, textOf } from "./project.mjs";
import { script, UsageError } from "./run.mjs";

/** The last committed figure, in bytes. */
const RECORD = at("scripts", "sizes.json");

/** A build may be this much larger than the record before the check fails. */
const TOLERANCE = 1.05;

/**
 * Sizes in bytes: `raw` as the package holds the file, `gzip` of that, and `shipped`: minified, as every bundler does,
 * then gzipped.
 * @returns {Promise<{ name: string, raw: number, gzip: number, shipped: number }[]>}
 */
export async function sizes() {
  const wasm = readFileSync(at("pkg", "switchman_bg.wasm"));
  const [facade] = await bundled("js/entry/workerd.js");
  const [glue] = await bundled("pkg/switchman.js");
  const rows = [
    { name: "wasm", raw: wasm.length, gzip: gzipped(wasm), shipped: gzipped(wasm) },
    { name: "glue", ...glue },
    { name: "facade", ...facade },
  ];
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  return [...rows, { name: "together", raw: sum("raw"), gzip: sum("gzip"), shipped: sum("shipped") }];
}

/** What is loaded by those only who name a callback in the config. A bundler that does not split puts it into the bundle. */
export async function onDemand() {
  const [, callbacks] = await bundled("js/entry/workerd.js");
  return [{ name: "callbacks", ...callbacks }];
}

/** The most that a price table may have, in bytes gzipped. They are counted apart: what they hold is data. */
export const TABLES = { "first-tier": 32 * 1024, full: 80 * 1024 };

/** The sizes of the price tables, as those of the parts. */
export function tableSizes() {
  return Object.keys(TABLES).map((name) => {
    const text = Buffer.from(textOf("prices", `${name}.txt`));
    return { name, raw: text.length, gzip: gzipped(text), shipped: gzipped(text) };
  });
}

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** What is a file of its own in any case. */
const EXTERNAL = ["./pkg/*", "./dist/prices/*", "cloudflare:*"];

/** What an entry reaches, the test kit and other entries not among it: what comes with it, and what it loads on demand. */
async function bundled(entry) {
  const { build } = await import("esbuild");
  const { metafile, outputFiles } = await build({
    absWorkingDir: at(),
    entryPoints: [entry],
    external: EXTERNAL,
    outdir: "bundle",
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const outputs = Object.entries(metafile.outputs);
  const [main] = outputs.find(([, { entryPoint }]) => entryPoint === entry);
  const atOnce = new Set([main]);
  // A set goes on to what is added to it meanwhile.
  for (const name of atOnce) {
    const chunks = metafile.outputs[name].imports.filter(({ kind, external }) => kind === "import-statement" && !external);
    chunks.forEach(({ path }) => atOnce.add(path));
  }
  const size = (chosen) => {
    const source = Buffer.from(chosen.flatMap(([, { inputs }]) => Object.keys(inputs).map((file) => textOf(file))).join(""));
    const written = chosen.map(([name]) => outputFiles.find(({ path }) => path === at(name)).contents);
    return { raw: source.length, gzip: gzipped(source), shipped: written.reduce((sum, contents) => sum + gzipped(contents), 0) };
  };
  return [size(outputs.filter(([name]) => atOnce.has(name))), size(outputs.filter(([name]) => !atOnce.has(name)))];
}

/** Prints the table. */
export async function printSizes() {
  const columns = ["raw", "gzip", "shipped"];
  const row = (name, cells) => name.padEnd(10) + cells.map((cell) => String(cell).padStart(12)).join("");
  console.log(row("bytes", columns));
  for (const size of [...(await sizes()), ...(await onDemand()), ...tableSizes()]) console.log(row(size.name, columns.map((column) => size[column].toLocaleString("en"))));
}

/** Whether there is a figure to hold a build against. */
export const hasRecord = () => existsSync(RECORD);

/**
 * Holds the shipped sum against the record.
 * @throws {UsageError} when it has grown past the tolerance, or when nothing was recorded yet
 */
export async function checkSizes() {
  if (!hasRecord()) throw new UsageError("no size is on record yet: npm run size -- --record");
  const { shipped: allowed } = JSON.parse(readFileSync(RECORD, "utf8"));
  const large = tableSizes().find(({ name, gzip }) => gzip > TABLES[name]);
  if (large) throw new UsageError(`prices/${large.name}.txt has ${large.gzip} bytes gzipped, and may have ${TABLES[large.name]}`);
  const { shipped } = (await sizes()).at(-1);
  if (shipped > allowed * TOLERANCE) {
    throw new UsageError(`${shipped} bytes are shipped, the record is ${allowed}: find out why, or npm run size -- --record`);
  }
}

if (isMain(import.meta)) {
  await script(async () => {
    await printSizes();
    if (process.argv.includes("--record")) {
      const { shipped } = (await sizes()).at(-1);
      writeFileSync(RECORD, `${JSON.stringify({ shipped })}\n`);
    } else {
      await checkSizes();
    }
  });
}
