/** Budgets; and `router.metrics()` as a reader of Prometheus' text format sees it that is none of ours. */

import assert from "node:assert/strict";
import { test } from "node:test";
import parse from "parse-prometheus-text-format";
import { budgets } from "./cases/budgets.js";
import { metrics } from "./cases/metrics.js";
import { CHAT, GROUP, all } from "./support/kit.js";
import { assertSilent } from "./support/leaks.js";
import { SECRETS, WAYS, params } from "./support/marked.js";
import { nodeKit, onBoth } from "./support/suite.mjs";

onBoth({ budgets, metrics });

/** The samples by their names, without the prefix that all have. */
function read(router) {
  const text = router.metrics();
  // It keeps the labels of one histogram only: the samples of all are read as they stand.
  const families = parse(text.replace(/^(# TYPE \S+) histogram$/gm, "$1 untyped"));
  const read = {};
  for (const { name, type, help, metrics } of families) {
    assert.ok(name.startsWith("switchman_") && (help || type === "UNTYPED"), name);
    assert.equal(type === "COUNTER", name.endsWith("_total"), name);
    (read[name.slice("switchman_".length)] ??= []).push(...metrics);
  }
  // The parser passes over what it does not understand: nothing may be lost.
  const lines = text.split("\n").filter((line) => line && !line.startsWith("#"));
  assert.equal(Object.values(read).flat().length, lines.length, text);
  return read;
}

const valueOf = (samples, labels) =>
  samples.find((sample) => Object.entries(labels).every(([name, value]) => sample.labels[name] === value))?.value;

test("a parser reads what was driven", async () => {
  const kit = await nodeKit();
  const { router, one } = kit.pair({ config: { num_retries: 1 }, first: { rpm: 50 }, host: { now: () => 1_000_000 } });
  one.script({ status: 500 }, { status: 429, headers: { "retry-after": "20" } });
  await router.completion(CHAT);
  await router.completion(CHAT);
  await all(await router.completion({ ...CHAT, stream: true }));
  const told = read(router);
  const first = { model_group: GROUP, deployment: "one", provider: "openai", model: "model-one" };
  const second = { ...first, deployment: "two", model: "model-two" };
  assert.deepEqual(valueOf(told.requests_total, { model_group: GROUP, outcome: "ok" }), "3");
  assert.deepEqual(told.attempts_total, [
    { value: "0", labels: { ...first, outcome: "ok" } },
    { value: "1", labels: { ...first, outcome: "RateLimitError" } },
    { value: "1", labels: { ...first, outcome: "InternalServerError" } },
    { value: "3", labels: { ...second, outcome: "ok" } },
  ]);
  assert.equal(valueOf(told.retries_total, { model_group: GROUP }), "2");
  assert.equal(valueOf(told.cooldowns_total, { ...first, scope: "deployment" }), "1");
  assert.deepEqual(told.deployment_state.map(({ value }) => value), ["2", "0"]);
  assert.equal(valueOf(told.limit_remaining, { ...first, limit: "rpm" }), "48");
  assert.deepEqual(told.attempt_duration_seconds_count, [{ value: "3", labels: second }]);
  assert.equal(valueOf(told.attempt_duration_seconds_bucket, { ...second, le: "+Inf" }), "3");
  assert.equal(valueOf(told.time_to_first_token_seconds_count, second), "1");
  const { usage } = await router.completion(CHAT);
  const before = Number(valueOf(told.tokens_total, { ...second, kind: "input" }));
  const after = Number(valueOf(read(router).tokens_total, { ...second, kind: "input" }));
  assert.equal(after - before, usage.prompt_tokens);
  await kit.settled();
});

test("no key and no word of a request is in it", async () => {
  const kit = await nodeKit();
  const prompt = "marked-prompt-5550123";
  const { router } = kit.pair({ params, one: { faults: [{ status: 401 }, { status: 500 }] } });
  for (const way of Object.values(WAYS)) await way(router, () => {}, { relays: true });
  await router.completion({ model: GROUP, messages: [{ role: "user", content: prompt }], metadata: { user: prompt } });
  await router.completion({ ...CHAT, model: `${prompt}/unknown` }).catch(() => {});
  assertSilent("the metrics", router.metrics(), [...SECRETS, prompt]);
  assert.equal(valueOf(read(router).requests_total, { model_group: "", outcome: "NotFoundError" }), "1");
  await kit.settled();
});
