/** Routers as values: at module scope, many in one isolate, forgotten ones, freed ones. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { at } from "../../scripts/project.mjs";
import { workerdWith } from "./pack.mjs";
import { CHAT, deployment, fetchOf } from "./support/kit.js";
import { nodeKit, onBoth } from "./support/suite.mjs";
import { scope } from "./cases/scope.js";

const LIMIT = { timeout: 60_000 };

onBoth({ scope });

test("a worker makes its routers at module scope, and they share nothing", LIMIT, async (t) => {
  const kit = await nodeKit();
  const [one, two] = [kit.provider("one"), kit.provider("two")];
  const model_list = [deployment("one", { order: 1 }), deployment("two", { order: 2 })];
  const worker = await workerdWith(at("tests", "js", "workers", "module-scope.js"), {
    bindings: { CONFIG: { model_list, cooldown_time: 60 } },
    outbound: fetchOf(one, two),
  });
  t.after(() => worker.stop());
  const ask = async (path) => {
    const response = await worker.fetch(path, { method: "POST", body: JSON.stringify(CHAT) });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  const deployments = ({ attempts }) => attempts.map(({ deployment }) => deployment);

  one.script({ status: 429 });
  assert.deepEqual(deployments(await ask("/one")), ["one", "two"]);
  const cooled = await ask("/one");
  assert.deepEqual(deployments(cooled), ["two"], "the first router remembers, from one request to the next");
  const other = await ask("/two");
  assert.deepEqual(deployments(other), ["one"], "the second router knows nothing of it");
  assert.deepEqual(deployments(await ask("/many")), ["one"]);
  assert.notEqual(cooled.call_id.replace(/\d+$/, ""), other.call_id.replace(/\d+$/, ""), "ids of two routers are told apart");
  assert.deepEqual((await (await worker.fetch("/mistakes")).json()).sort(), ["model_list", "num_retries"]);
});

describe("10,000 routers", LIMIT, () => {
  const sizes = async (how) => {
    const args = ["--expose-gc", at("tests", "js", "support", "forgotten.mjs"), how];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout);
  };

  test("forgotten, and collected: the wasm memory stops growing", LIMIT, async () => {
    const [first, second, ...later] = await sizes("collect");
    assert.ok(first > 0);
    for (const size of later) assert.ok(size <= second * 1.05, `${first}, ${second}, then ${later.join(", ")}`);
  });

  test("freed by hand: the wasm memory does not grow at all", LIMIT, async () => {
    const [first, ...later] = await sizes("free");
    for (const size of later) assert.equal(size, first);
  });
});
