/** `router.probe()`: what deployments are asked, and what is told of it. */

import assert from "node:assert/strict";
import { CHAT, deployment, fetchOf, GROUP, rejection } from "../support/kit.js";
import { mixed } from "../support/mixed.js";

export const probes = {};

const PRICE = { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 };

probes["every deployment is asked for one token, and what it took is told"] = async (kit) => {
  const { router, one, two } = kit.pair({ one: { keepCalls: 9 }, two: { keepCalls: 9 }, params: PRICE });
  const rows = await router.probe();
  assert.deepEqual(rows.map(({ deployment: id, ok, status, error, skipped }) => [id, ok, status, error, skipped]), [
    ["one", true, 200, null, null],
    ["two", true, 200, null, null],
  ]);
  for (const { model_group, model_used, ms, first_token_ms, cost } of rows) {
    assert.ok(model_group === GROUP && model_used.startsWith("openai/model-"));
    assert.ok(ms >= 0 && first_token_ms >= 0 && cost > 0, JSON.stringify(rows));
  }
  for (const provider of [one, two]) {
    const [{ body }] = provider.calls;
    assert.deepEqual([body.max_tokens, body.stream, body.stream_options], [1, true, { include_usage: true }]);
  }
  assert.ok(!JSON.stringify(rows).includes("sk-"), "no key is told");
  assert.deepEqual(await router.probe(), [], "they were timed a moment ago");
  assert.equal((await router.probe({ ids: "one" })).length, 1);
  assert.equal((await router.probe({ all: true, groups: [GROUP] })).length, 2);
  assert.equal(router.snapshot().router.running, 0);
};

probes["a deployment that fails is told with the class of its error, and a call goes past it"] = async (kit) => {
  const { router } = kit.pair({ one: { faults: () => ({ status: 429, headers: { "retry-after": "30" } }) } });
  const [bad, good] = await router.probe();
  assert.deepEqual([bad.ok, bad.status, bad.error, bad.first_token_ms], [false, 429, "RateLimitError", null]);
  assert.ok(good.ok && bad.message.length > 0);
  const answer = await router.completion(CHAT);
  assert.deepEqual([answer._hidden_params.model_id, answer._hidden_params.attempted_retries], ["two", 0]);
  const [skipped] = await router.probe({ all: true });
  assert.deepEqual([skipped.ok, skipped.skipped, skipped.ms], [null, "cooldown", null]);
};

probes["a probe closes a circuit that is half-open"] = async (kit) => {
  let now = 1_800_000_000_000;
  const { router } = kit.pair({ one: { faults: (n) => n === 1 && { status: 429, headers: { "retry-after": "5" } } }, host: { now: () => now } });
  const seen = [];
  router.on("*", ({ type, probe, call_id }) => seen.push([type, probe === true, call_id !== null]));
  await router.completion(CHAT);
  const state = () => router.snapshot().deployments[0].health.state;
  assert.equal(state(), "open");
  now += 5_000;
  assert.equal(state(), "half_open");
  await router.probe();
  assert.equal(state(), "closed");
  await Promise.resolve();
  const types = seen.filter(([, isProbe]) => isProbe).map(([type]) => type);
  assert.ok(types.includes("cooldown_half_open") && types.includes("cooldown_close"), `${types}`);
  assert.equal(types.filter((type) => type === "request_end").length, 1, "the other one was timed by the call");
  assert.match(router.metrics(), /^switchman_probes_total\{.*outcome="ok"\} 1$/m);
};

probes["a silent deployment is given up in time"] = async (kit) => {
  const provider = kit.provider("one", { latencyMs: 60_000 });
  const router = kit.router({ model_list: [deployment("one")] }, { fetch: fetchOf(provider) });
  const [row] = await router.probe({ timeout: 0.05 });
  assert.deepEqual([row.ok, row.error], [false, "Timeout"]);
  kit.forget(provider);
};

probes["another provider is asked in its own words, and embeddings as such"] = async (kit) => {
  const { router, two } = mixed(kit, ["openai", "anthropic"]);
  const rows = await router.probe();
  assert.deepEqual(rows.map(({ ok }) => ok), [true, true], JSON.stringify(rows));
  const [{ url, body }] = two.calls;
  assert.ok(url.endsWith("/v1/messages") && body.max_tokens === 1, JSON.stringify(body));
  const vectors = kit.single({ params: { model: "openai/text-embedding-3-small" } });
  const [row] = await vectors.router.probe();
  assert.ok(row.ok && row.first_token_ms === null, JSON.stringify(row));
  assert.ok(vectors.provider.calls[0].url.endsWith("/embeddings"));
};

probes["at most six are asked at once, and calls with a cache or a counter are no part of it"] = async (kit) => {
  let open = 0;
  let most = 0;
  const names = Array.from({ length: 15 }, (_, at) => `d${at}`);
  const provider = kit.provider("far");
  const fetch = async (input, init) => {
    most = Math.max(most, (open += 1));
    await new Promise((resolve) => setTimeout(resolve, 1));
    open -= 1;
    return provider.fetch(input, init);
  };
  const model_list = names.map((name) => deployment(name, { api_base: "https://far.test/v1", tpm: 1000 }));
  const config = { model_list, cache_responses: true, limit_mode: "hard" };
  const router = kit.router(config, { fetch, tokenCounter: () => assert.fail("nobody counts what nobody has asked") });
  const rows = await router.probe();
  assert.deepEqual(rows.map(({ deployment: id, ok }) => [id, ok]), names.map((name) => [name, true]));
  assert.ok(most > 1 && most <= 6, `${most}`);
  assert.deepEqual(router.snapshot().cache, { hits: 0, misses: 0, stored: 0, failures: 0 });
};

probes["a probe makes no second send and moves nowhere"] = async (kit) => {
  const { router, two } = kit.pair({ one: { faults: () => ({ status: 503 }) }, config: { num_retries: 3, hedging: { after_ms: 1 } } });
  const [row] = await router.probe({ ids: ["one"] });
  assert.deepEqual([row.ok, row.error, two.calls.length], [false, "ServiceUnavailableError", 0]);
};

probes["of two that share a key that is tried again only one is asked"] = async (kit) => {
  let now = 1_800_000_000_000;
  const provider = kit.provider("far", { faults: (n) => n === 1 && { status: 401 } });
  const shared = { api_base: "https://far.test/v1", api_key: "sk-shared-by-both" };
  const model_list = [deployment("a", shared), deployment("b", shared)];
  const router = kit.router({ model_list, num_retries: 0 }, { fetch: fetchOf(provider), now: () => now });
  await rejection(router.completion(CHAT));
  now += 300_000;
  const rows = await router.probe();
  assert.deepEqual(rows.map(({ ok }) => ok).sort(), [null, true], JSON.stringify(rows));
  assert.equal(rows.find(({ ok }) => ok === null).skipped, "probing");
};

probes["wrong options are mistakes"] = async (kit) => {
  const { router } = kit.single();
  for (const options of [{ every: true }, { all: 1 }, { ids: [7] }, { timeout: 0 }, { timeout: "1" }]) {
    assert.ok((await rejection(router.probe(options))) instanceof TypeError, JSON.stringify(options));
  }
  assert.ok((await rejection(router.probe({ ids: "nobody" }))) instanceof kit.NotFoundError);
};
