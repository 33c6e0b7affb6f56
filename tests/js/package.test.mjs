/** The installed package: what is in it, and that every way of importing it gives a router that answers. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { at, filesUnder } from "../../scripts/project.mjs";
import { importPacked, packed, workerdWith } from "./pack.mjs";

const installed = async () => join(await packed(), "node_modules", "switchman");

/** What an entry prints that is imported in a process of its own. */
async function printedBy(entry) {
  const script = at("tests", "js", "workers", "entry.mjs");
  return (await promisify(execFile)(process.execPath, [script, await installed(), entry])).stdout;
}

test("the package holds the wasm once, all it exports, and nothing that users have no use for", async () => {
  const folder = await installed();
  const files = filesUnder(["."], folder);
  assert.deepEqual(files.filter((file) => file.endsWith(".wasm")), ["pkg/switchman_bg.wasm"]);
  assert.deepEqual(files.filter((file) => /(^|\/)(tests|scripts|src|examples)\/|\.test\.|\.rs$|\.inputs$/.test(file)), []);
  const exported = targets(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).exports);
  assert.deepEqual(exported.filter((target) => !files.includes(target.slice("./".length))), []);
});

const targets = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(targets));

test("the name alone brings a router on this runtime", async () => {
  const { Router, RouterError, ConfigError, RateLimitError } = await importPacked();
  assert.throws(() => new Router({}), ConfigError);
  assert.ok(RateLimitError.prototype instanceof RouterError);
});

test("what is exported is declared as that, and what is declared is exported", async () => {
  const home = join(await installed(), "js");
  const texts = filesUnder(["js/index.d.ts", "js/types"]).map((file) => readFileSync(join(home, "..", file), "utf8"));
  const declared = texts.flatMap((text) => [...text.matchAll(/^export (?:declare )?(?:abstract )?(?:class|function|const) (\w+)/gm)].map(([, name]) => name));
  assert.deepEqual(Object.keys(await importPacked()).sort(), declared.sort());
});

test("`require` brings the same as `import`", { skip: !process.features.require_module && "this Node cannot require a module" }, async () => {
  const { Router } = createRequire(join(await packed(), "consumer.cjs"))("switchman");
  assert.equal(Router, (await importPacked()).Router);
});

for (const entry of ["node", "inline"]) {
  test(`the entry "${entry}" fetches nothing`, async () => {
    assert.match(await printedBy(`js/entry/${entry}.js`), /^Hello from alpha.*\n$/);
  });
}

test('the entry "browser" fetches the wasm from beside the script', async () => {
  assert.match(await printedBy("js/entry/browser.js"), /^fetched switchman_bg\.wasm\nHello from alpha.*\n$/);
});

test('the entry "slim" makes no router before it was given the wasm, and takes it once', async () => {
  assert.match(await printedBy("js/entry/slim.js"), /^Hello from alpha.*\n$/);
});

for (const condition of ["workerd", "edge-light"]) {
  test(`the entry "${condition}" makes its router at module scope`, async (t) => {
    const worker = await workerdWith(at("tests", "js", "workers", "hello.js"), { conditions: [condition] });
    t.after(() => worker.stop());
    const response = await worker.fetch("/");
    assert.match(await response.text(), /^Hello from alpha/);
  });
}
