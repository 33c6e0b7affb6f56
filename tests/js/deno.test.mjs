/** The package in Deno: the cases, failover over the runtime's own `fetch`, and the rights that it needs. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { programOf } from "../../scripts/programs.mjs";
import { at } from "../../scripts/project.mjs";
import { suites } from "./cases/index.js";
import { packed } from "./pack.mjs";
import { failover } from "./support/failover.mjs";
import { DENO, performIn, startDeno } from "./support/runtimes.mjs";
import { onRemote } from "./support/suite.mjs";

onRemote("Deno", startDeno, suites, (remote) => failover("Deno", (scenario) => performIn(remote(), scenario)));

test("of Deno's rights it needs one: to read its own wasm", { timeout: 60_000 }, async (t) => {
  const home = await packed();
  const folder = mkdtempSync(join(home, "deno-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(at("tests", "js", "bundles"), folder, { recursive: true });
  const printed = (...rights) => promisify(execFile)(programOf("deno"), [...DENO, ...rights, join(folder, "printed.js")]);
  const own = join(home, "node_modules", "switchman", "pkg", "switchman_bg.wasm");
  assert.match((await printed(`--allow-read=${own}`)).stdout, /^Hello from alpha/);
  await assert.rejects(printed(), /Requires read access/);
});
