/** A/B groups and feedback. */

import assert from "node:assert/strict";
import { CHAT, deployment, fetchOf, GROUP } from "../support/kit.js";

export const experiments = {};

const EXPERIMENTS = [{ name: "cheaper", model: GROUP, variants: [{ model: GROUP }, { model: "next", weight: 1 }] }];

function groups(kit, config = {}, host = {}) {
  const providers = ["one", "two"].map((name) => kit.provider(name));
  const priced = { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 };
  const model_list = [deployment("one", priced), deployment("two", { input_cost_per_token: 5e-7, output_cost_per_token: 5e-7 }, "next")];
  const router = kit.router({ model_list, num_retries: 0, ...config }, { fetch: fetchOf(...providers), seed: 1, ...host });
  return { router, one: providers[0], two: providers[1] };
}

experiments["users stay with their variant, and an answer tells it"] = async (kit) => {
  const { router } = groups(kit, { experiments: EXPERIMENTS });
  assert.deepEqual(router.notices, []);
  const seen = new Set();
  for (let user = 0; user < 20; user++) {
    const request = { ...CHAT, user: `u${user}` };
    const [first, second] = [await router.completion(request), await router.completion({ ...request, messages: [{ role: "user", content: "Else" }] })];
    const { experiment, variant, model_group, requested_model } = first._hidden_params;
    assert.deepEqual([experiment, requested_model, variant], ["cheaper", GROUP, model_group]);
    assert.equal(second._hidden_params.variant, variant);
    assert.equal(JSON.parse(JSON.stringify(first._hidden_params)).variant, variant);
    seen.add(variant);
  }
  assert.deepEqual([...seen].sort(), [GROUP, "next"].sort());
  const other = await router.completion({ ...CHAT, model: "next" });
  assert.equal("variant" in other._hidden_params, false);
};

experiments["calls, feedback and costs are compared"] = async (kit) => {
  const { router } = groups(kit, { experiments: EXPERIMENTS });
  for (let user = 0; user < 60; user++) {
    const answer = await router.completion({ ...CHAT, user: `u${user}` });
    const { call_id, variant } = answer._hidden_params;
    assert.equal(router.feedback(call_id, variant === "next" ? 0.9 - (user % 3) / 10 : 0.3 + (user % 3) / 10), true);
    assert.equal(router.feedback(call_id, 1), false, "a score counts once");
  }
  const [{ name, model_group, variants: [control, next] }] = router.experiments();
  assert.deepEqual([name, model_group, control.model, next.model], ["cheaper", GROUP, GROUP, "next"]);
  assert.equal(control.calls + next.calls, 60);
  assert.ok(control.calls > 10 && next.calls > 10);
  const { feedback, cost_usd, failure_rate, latency_ms } = next.against_first;
  assert.ok(Math.abs(feedback.difference - 0.4) < 0.06 && feedback.sure > 0.999, JSON.stringify(feedback));
  assert.ok(cost_usd.difference < 0 && cost_usd.sure > 0.9, JSON.stringify(cost_usd));
  assert.deepEqual([failure_rate.difference, failure_rate.sure < 0.9], [0, true]);
  assert.ok(latency_ms.sure >= 0 && latency_ms.sure <= 1);
  assert.equal(control.against_first, undefined);
};

experiments["state goes over to another router"] = async (kit) => {
  const { router } = groups(kit, { experiments: EXPERIMENTS });
  for (let user = 0; user < 8; user++) await router.completion({ ...CHAT, user: `u${user}` });
  const { router: other } = groups(kit, { experiments: EXPERIMENTS });
  other.importState(router.exportState());
  assert.deepEqual(other.snapshot().experiments, router.snapshot().experiments);
};

experiments["adaptive goes by feedback"] = async (kit) => {
  const providers = ["one", "two"].map((name) => kit.provider(name));
  const config = { model_list: [deployment("one"), deployment("two")], routing_strategy: "adaptive" };
  // A clock that stands still: on a busy machine forty calls at once may look like a deployment that does not answer.
  const router = kit.router(config, { fetch: fetchOf(...providers), seed: 1, now: () => 1_700_000_000_000 });
  assert.deepEqual(router.notices, []);
  const ask = async () => {
    const { call_id, model_id } = (await router.completion(CHAT))._hidden_params;
    assert.equal(router.feedback(call_id, model_id === "two" ? 1 : 0), true);
    return model_id;
  };
  for (let call = 0; call < 60; call++) await ask();
  const last = await Promise.all(Array.from({ length: 40 }, ask));
  assert.ok(last.filter((id) => id === "two").length > 34, `${last}`);
  const { deployments } = router.snapshot();
  assert.ok(deployments[1].feedback.expected > 0.9 && deployments[0].feedback.expected < 0.5);
};

experiments["feedback on what is not known is false, and a score that is none is an error"] = async (kit) => {
  const { router } = groups(kit, { experiments: EXPERIMENTS });
  const { call_id } = (await router.completion(CHAT))._hidden_params;
  for (const id of ["x", "", undefined, `${call_id}0`, `${call_id} `, call_id.toUpperCase()]) assert.equal(router.feedback(id, 1), false, `${id}`);
  for (const score of [2, -1, NaN, "1", undefined, Infinity]) assert.throws(() => router.feedback(call_id, score), RangeError);
  assert.equal(router.feedback(call_id, 1), true);
  const { router: plain } = groups(kit);
  const answer = await plain.completion(CHAT);
  assert.equal(plain.feedback(answer._hidden_params.call_id, 1), false, "nothing goes by it");
  assert.deepEqual(plain.experiments(), []);
};

experiments["events tell the variant"] = async (kit) => {
  const { router } = groups(kit, { experiments: EXPERIMENTS });
  const told = [];
  router.on("*", (event) => told.push(event));
  const { variant } = (await router.completion({ ...CHAT, user: "u" }))._hidden_params;
  await new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
  for (const type of ["request_start", "request_end"]) {
    const event = told.find((one) => one.type === type);
    assert.deepEqual([event.experiment, event.variant], ["cheaper", variant], type);
  }
};

experiments["mistakes have a path"] = async (kit) => {
  const [one] = EXPERIMENTS;
  for (const [wrong, path, words] of [
    [{}, "experiments", "expected a list"],
    [[{ ...one, model: "claude-fst" }], "experiments[0].model", "did you mean `claude-fast`?"],
    [[{ ...one, variants: [] }], "experiments[0].variants", "has no variant with a weight"],
    [[{ ...one, variants: [{ model: "next", weight: 0 }] }], "experiments[0].variants", "has no variant with a weight"],
    [[{ ...one, variants: [{ model: "next", weight: -1 }] }], "experiments[0].variants[0].weight", "must not be negative"],
    [[{ ...one, variants: [{ model: "next" }, { model: "next" }] }], "experiments[0].variants[1].model", "is another variant already"],
    [[{ ...one, name: undefined }], "experiments[0].name", "is missing"],
    [[{ ...one, variant: [] }], "experiments[0].variant", "there is no member `variant`; did you mean `variants`?"],
    [[one, { ...one, name: "other" }], "experiments[1].model", "is that of another experiment already"],
  ]) {
    assert.throws(() => groups(kit, { experiments: wrong }), ({ problems: [problem] }) => {
      assert.equal(problem.path, path);
      assert.ok(problem.message.includes(words), problem.message);
      return true;
    });
  }
};
