/** A small program in the hands of bundlers, and what they make of it in the runtimes that it is made for. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { NO_CHROMIUM, chromium } from "../../scripts/chromium.mjs";
import { programOf } from "../../scripts/programs.mjs";
import { at, filesUnder } from "../../scripts/project.mjs";
import { workerOf } from "../../scripts/worker.mjs";
import { packed } from "./pack.mjs";
import { openPage, startChromium } from "./support/chromium.mjs";
import { page, serveStatic } from "./support/static.mjs";

const LIMIT = { timeout: 60_000 };
const SAID = /^Hello from alpha/;
const WORKER = ["workerd", "worker", "browser"];

/** The programs, in a project that has the package installed: bundlers resolve names as they do for anybody. */
let source;
let wasm;

before(async () => {
  const home = await packed();
  source = mkdtempSync(join(home, "bundles-"));
  cpSync(at("tests", "js", "bundles"), source, { recursive: true });
  wasm = join(home, "node_modules", "switchman", "pkg", "switchman_bg.wasm");
});
after(() => source && rmSync(source, { recursive: true, force: true }));

async function esbuild(program, options) {
  const { build } = await import("esbuild");
  const outdir = join(source, `esbuild-${program}`);
  await build({ entryPoints: [join(source, `${program}.js`)], bundle: true, format: "esm", outdir, logLevel: "error", ...options });
  return outdir;
}

async function vite(program, { build: options, ...more }) {
  const { build } = await import("vite");
  const outDir = join(source, `vite-${program}`);
  await build({ root: source, configFile: false, logLevel: "warn", ...more, build: { outDir, ...options } });
  return outDir;
}

describe("a page's script, in Chromium", { ...LIMIT, skip: chromium() ? false : NO_CHROMIUM }, () => {
  let browser;
  before(async () => (browser = await startChromium()));
  after(() => browser?.close());

  /** What the page says, and which wasm files it asked for. */
  async function saidBy(folder, path) {
    const pages = Object.fromEntries(["page", "slim"].map((name) => [`/${name}.html`, async () => page({ src: `/${name}.js` })]));
    const host = await serveStatic({ "/": folder }, pages);
    try {
      const { tab, requested } = await openPage(browser, `${host.url}${path}`, "said");
      const said = await tab.evaluate(() => globalThis.said);
      await tab.close();
      return { said, loaded: requested.filter((name) => name.endsWith(".wasm")) };
    } finally {
      await host.close();
    }
  }

  test("esbuild: the wasm lies beside the bundle", LIMIT, async () => {
    const folder = await esbuild("page");
    copyFileSync(wasm, join(folder, basename(wasm)));
    const { said, loaded } = await saidBy(folder, "/page.html");
    assert.match(said, SAID);
    assert.deepEqual(loaded, ["/switchman_bg.wasm"]);
  });

  test("esbuild: slim, with the wasm as a file that the bundler copies", LIMIT, async () => {
    const folder = await esbuild("slim", { loader: { ".wasm": "file" } });
    const { said, loaded } = await saidBy(folder, "/slim.html");
    assert.match(said, SAID);
    assert.match(loaded.join(), /^\/switchman_bg-\w+\.wasm$/);
  });

  test("Vite: the wasm is an asset, once", LIMIT, async () => {
    writeFileSync(join(source, "index.html"), page({ src: "./page.js" }));
    const folder = await vite("page", {});
    const files = filesUnder(["."], folder).filter((name) => name.endsWith(".wasm"));
    const { said, loaded } = await saidBy(folder, "/index.html");
    assert.match(said, SAID);
    assert.deepEqual(loaded, files.map((name) => `/${name}`));
    assert.equal(loaded.length, 1);
  });
});

describe("a worker, in workerd", LIMIT, () => {
  /** What a worker says that lies in a folder, with one wasm file beside it. */
  async function saidBy(folder) {
    const files = readdirSync(folder);
    assert.equal(files.length, 2, files.join());
    const wasmFile = files.find((name) => name.endsWith(".wasm"));
    const worker = await workerOf([
      { type: "ESModule", path: "worker.js", contents: readFileSync(join(folder, "worker.js"), "utf8") },
      { type: "CompiledWasm", path: wasmFile, contents: readFileSync(join(folder, wasmFile)) },
    ]);
    try {
      return await (await worker.fetch("/")).text();
    } finally {
      await worker.stop();
    }
  }

  test("esbuild: the wasm is a module that the bundler copies", LIMIT, async () => {
    const options = { conditions: WORKER, external: ["cloudflare:*"], loader: { ".wasm": "copy" } };
    assert.match(await saidBy(await esbuild("worker", options)), SAID);
  });

  test("Vite: the wasm stays a module of its own", LIMIT, async () => {
    const ssr = { target: "webworker", noExternal: true, resolve: { conditions: WORKER } };
    // Vite itself would make an instance of the file, not a module.
    const resolveId = (id) => (id.endsWith(".wasm") ? { id: `./${basename(id)}`, external: true } : undefined);
    const asModule = { name: "wasm-module", enforce: "pre", resolveId };
    const rolldownOptions = { external: /^cloudflare:/ };
    const folder = await vite("worker", { ssr, plugins: [asModule], build: { ssr: "worker.js", rolldownOptions } });
    copyFileSync(wasm, join(folder, basename(wasm)));
    assert.match(await saidBy(folder), SAID);
  });
});

describe("one file with everything inside", LIMIT, () => {
  const RUNTIMES = { Node: [process.execPath], Deno: [programOf("deno"), "run", "--no-prompt"], Bun: [programOf("bun"), "run"] };
  const BUNDLERS = {
    esbuild: () => esbuild("inline", { external: ["node:*"], minify: true }),
    Vite: () => vite("inline", { ssr: { noExternal: true }, build: { ssr: "inline.js" } }),
  };
  for (const [bundler, bundle] of Object.entries(BUNDLERS)) {
    test(`${bundler}: on ${Object.keys(RUNTIMES).join(", ")}`, LIMIT, async () => {
      const folder = await bundle();
      assert.deepEqual(readdirSync(folder), ["inline.js"]);
      for (const [program, ...flags] of Object.values(RUNTIMES)) {
        const { stdout } = await promisify(execFile)(program, [...flags, join(folder, "inline.js")], { cwd: folder });
        assert.match(stdout, SAID, program);
      }
    });
  }
});
