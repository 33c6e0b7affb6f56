/** Another strategy than the default one: named in the config, told by `explain`. */

import assert from "node:assert/strict";
import { CHAT, deployment } from "../support/kit.js";
import { mixed } from "../support/mixed.js";

export const strategies = {};

/** Two providers behind a router that goes by a strategy; who was asked, in turn. */
function by(kit, routing_strategy, { one, two } = {}) {
  const params = { one: { order: 1, ...one }, two: { order: 1, ...two } };
  const { router } = mixed(kit, ["openai", "anthropic"], { config: { routing_strategy }, params });
  const ask = async () => (await router.completion(CHAT))._hidden_params.model_id;
  return { router, ask };
}

const told = (router) => {
  const { decisions: [decision] } = router.explain(CHAT);
  return [decision.strategy, ...decision.candidates.map(({ deployment: id, score }) => [id, score])];
};

strategies["round-robin takes turns"] = async (kit) => {
  const { router, ask } = by(kit, "round-robin");
  assert.deepEqual(router.notices, []);
  const asked = [];
  for (let turn = 0; turn < 6; turn++) asked.push(await ask());
  assert.equal(new Set(asked.slice(0, 2)).size, 2);
  assert.deepEqual(asked, [0, 1, 2].flatMap(() => asked.slice(0, 2)));
};

strategies["least-busy takes the one that has nothing under way"] = async (kit) => {
  const { router } = by(kit, "least-busy");
  const ids = await Promise.all([1, 2, 3, 4].map(async () => (await router.completion(CHAT))._hidden_params.model_id));
  assert.equal(ids.filter((id) => id === ids[0]).length, 2, `${ids}`);
  assert.deepEqual(told(router).slice(1).map(([, sends]) => sends), [0, 0]);
};

strategies["cost-based-routing takes the cheapest, by its own prices"] = async (kit) => {
  const prices = {
    one: { input_cost_per_token: 2e-6, output_cost_per_token: 2e-6 },
    two: { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 },
  };
  const { router, ask } = by(kit, "cost-based-routing", prices);
  for (let turn = 0; turn < 4; turn++) assert.equal(await ask(), "two");
  const [strategy, [, one], [, two]] = told(router);
  assert.deepEqual([strategy, one > two && two > 0], ["cost-based-routing", true]);
};

strategies["the price table serves the first call"] = async (kit) => {
  const fetch = () => Promise.reject(new TypeError("nobody is there"));
  const priced = (name, model) => deployment(name, { model });
  const config = { model_list: [priced("one", "openai/gpt-4o"), priced("two", "openai/gpt-4o-mini")], routing_strategy: "cost-based-routing" };
  const router = new kit.Router(config, { fetch });
  assert.equal(router.getAvailableDeployment(CHAT).id, "two");
};

strategies["the other strategies are carried out too, and a name with a slip is a mistake"] = async (kit) => {
  for (const name of ["latency-based-routing", "usage-based-routing", "usage-based-routing-v2", "peak-ewma"]) {
    const { router, ask } = by(kit, name);
    assert.equal(new Set([await ask(), await ask()]).size, 2, `${name} tries both`);
    const [strategy, ...scores] = told(router);
    assert.equal(`${strategy}${name.endsWith("-v2") ? "-v2" : ""}`, name);
    assert.ok(scores.every(([, score]) => score >= 0), JSON.stringify(scores));
    assert.deepEqual(router.notices, []);
  }
  assert.throws(() => by(kit, "least-buzy"), kit.ConfigError);
};

strategies["a strategy is changed while the router is used"] = async (kit) => {
  const { router } = by(kit, "simple-shuffle");
  router.updateSettings({ routing_strategy: "least-busy" });
  assert.equal(told(router)[0], "least-busy");
};
