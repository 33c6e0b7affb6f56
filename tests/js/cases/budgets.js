/** Budgets of providers, deployments and tags, from a config to the error. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, deployment, fetchOf, post, rejection } from "../support/kit.js";

export const budgets = {};

/** A cent for every token of an answer, and a deployment of another provider behind it. */
function priced(kit, config, first = {}, host = {}) {
  const [one, two] = [kit.provider("one"), kit.provider("two")];
  const price = { input_cost_per_token: 0, output_cost_per_token: 0.01 };
  const model_list = [
    deployment("one", { order: 1, ...price, ...first }),
    deployment("two", { order: 2, model: "hosted_vllm/model-two" }),
  ];
  const router = kit.router({ model_list, ...config }, { fetch: fetchOf(one, two), seed: 1, now: () => 1_800_000_000_000, ...host });
  return { router, one, two };
}

const budgetOf = (router, wanted) => router.snapshot().budgets.find(({ name }) => name === wanted);

budgets["a provider whose budget is spent is passed over, and where all is spent the error says so"] = async (kit) => {
  const config = {
    provider_budget_config: { openai: { budget_limit: 0.01, time_period: "1d" }, hosted_vllm: { max_budget: 0, budget_duration: "1h" } },
  };
  const { router } = priced(kit, config);
  const answer = await router.completion({ ...CHAT, max_tokens: 1 });
  assert.equal(answer._hidden_params.model_id, "one");
  assert.equal(budgetOf(router, "openai").spent_usd, answer.usage.completion_tokens / 100);
  const error = await rejection(router.completion(CHAT));
  assert.ok(error instanceof kit.NoDeploymentsAvailable, error.stack);
  assert.deepEqual([error.status, error.code, error.side], [429, "budget_exceeded", "router"]);
  // The soonest reset: 08:00 UTC of that day, and at nine the hour is over.
  assert.equal(error.retryAfterMs, 3_600_000);
  assert.match(error.message, /one is over a budget/);
  const response = await router.fetch(CHAT_URL, post(CHAT));
  assert.deepEqual([response.status, response.headers.get("retry-after")], [429, "3600"]);
  assert.equal((await response.json()).error.code, "budget_exceeded");
  assert.equal(router.explain(CHAT).decisions[0].candidates[0].reason, "budget_spent");
  assert.match(router.metrics(), /switchman_budget_remaining_usd\{scope="provider",name="openai"\} 0\n/);
};

budgets["calls at once reserve what they may cost"] = async (kit) => {
  const { router } = priced(kit, {}, { max_budget: "9", budget_duration: "1mo" });
  const ask = async () => (await router.completion({ ...CHAT, max_tokens: 400 }))._hidden_params.model_id;
  // Four dollars each: two fit at once, and one after the other all of them do.
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ["one", "one", "two"]);
  assert.equal(await ask(), "one");
  const { reserved_usd, limit_usd, resets_at } = budgetOf(router, "one");
  assert.deepEqual([reserved_usd, limit_usd, resets_at], [0, 9, Date.UTC(2027, 1, 1)]);
};

budgets["streams count, too"] = async (kit) => {
  const { router } = priced(kit, { provider_budget_config: { openai: { budget_limit: 5, time_period: "1d" } } });
  await all(await router.completion({ ...CHAT, stream: true }));
  const { spent_usd } = budgetOf(router, "openai");
  assert.ok(spent_usd > 0 && spent_usd < 1, `${spent_usd}`);
  // Bytes that are handed on need not tell what was used: then it is what was reserved.
  await (await router.fetch(CHAT_URL, post({ ...CHAT, stream: true, max_tokens: 100 }))).text();
  assert.equal(budgetOf(router, "openai").spent_usd.toFixed(6), (spent_usd + 1).toFixed(6));
};

budgets["a tag has its own budget, and only a trusted caller sets it"] = async (kit) => {
  const config = { litellm_settings: { tag_budget_config: { "team:a": { max_budget: 0.01, budget_duration: "1d" } } } };
  const { router } = priced(kit, config);
  const asked = { ...CHAT, max_tokens: 1 };
  await router.completion(asked, { tags: ["team:a"] });
  for (const tagged of [{ tags: ["team:a"] }, { metadata: { tags: ["team:a"] } }]) {
    assert.equal((await rejection(router.completion({ ...asked, ...tagged }))).code, "budget_exceeded");
  }
  assert.ok((await router.completion(asked)).model_used);
  assert.equal((await router.fetch(CHAT_URL, post({ ...asked, tags: ["team:a"] }))).status, 200);
  const trusting = priced(kit, config, {}, { trustRequestOptions: ["tags"] }).router;
  await trusting.completion(asked, { tags: ["team:a"] });
  assert.equal((await trusting.fetch(CHAT_URL, post({ ...asked, tags: ["team:a"] }))).status, 429);
};

budgets["what was spent stays when settings change, and over a restart"] = async (kit) => {
  const budget = (limit) => ({ provider_budget_config: { openai: { budget_limit: limit, time_period: "1d" } } });
  const { router } = priced(kit, budget(5));
  await router.completion(CHAT);
  const { spent_usd } = budgetOf(router, "openai");
  router.updateSettings(budget(spent_usd));
  assert.equal((await router.completion(CHAT))._hidden_params.model_id, "two");
  const next = priced(kit, budget(spent_usd)).router;
  next.importState(router.exportState());
  assert.equal((await next.completion(CHAT))._hidden_params.model_id, "two");
  assert.throws(() => router.updateSettings({ provider_budget_config: { openai: { budget_limit: 1 } } }), kit.ConfigError);
};
