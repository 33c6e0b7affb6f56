/** Looking inside a router: a choice without a call, the whole decision, the state of everything, health from outside. */

import assert from "node:assert/strict";
import { CHAT, GROUP, baseOf, deployment, rejection } from "../support/kit.js";

export const insight = {};

const SLOW_DOWN = { status: 429, headers: { "retry-after": "20" } };

insight["a choice tells whom a call would go to, and sends nothing"] = async (kit) => {
  const { router, one, two } = kit.pair();
  assert.deepEqual(router.getAvailableDeployment(CHAT), {
    id: "one",
    model_group: GROUP,
    model_used: "openai/model-one",
    provider: "openai",
    model: "model-one",
    api_base: baseOf("one"),
  });
  assert.equal(router.getAvailableDeployment({ model: "two" }).id, "two");
  assert.equal(router.getAvailableDeployment(CHAT, { deadlineMs: 5 }).id, "one");
  assert.equal(one.calls.length + two.calls.length, 0);
  assert.equal(router.coreRunning(), 0);
  assert.throws(() => router.getAvailableDeployment({ model: "nothing" }), kit.NotFoundError);
  assert.throws(() => router.getAvailableDeployment({}), kit.NotFoundError);
  assert.throws(() => router.getAvailableDeployment(CHAT, { num_retrys: 1 }), kit.BadRequestError);
};

insight["a choice among nobody is the error that a call would have"] = async (kit) => {
  const { router, one, two } = kit.pair({ config: { num_retries: 1 } });
  one.script(SLOW_DOWN);
  two.script(SLOW_DOWN);
  await rejection(router.completion(CHAT));
  assert.throws(() => router.getAvailableDeployment(CHAT), (error) => {
    assert.ok(error instanceof kit.NoDeploymentsAvailable);
    assert.ok(error.retryAfterMs > 0 && error.retryAfterMs <= 20_000, `${error.retryAfterMs}`);
    return true;
  });
  const { picked, error, decisions, text } = router.explain(CHAT);
  assert.deepEqual([picked, error.name, error.status], [null, "NoDeploymentsAvailable", 429]);
  assert.deepEqual(decisions[0].candidates.map(({ reason }) => reason), ["cooldown", "cooldown"]);
  assert.match(text, /one: passed over: it is cooling down, for another /);
};

insight["explain says where the next call goes, for any draw"] = async (kit) => {
  const { router } = kit.pair({ first: { order: undefined, weight: 3 }, second: { order: undefined, weight: 1 } });
  const picked = new Set();
  for (let n = 0; n < 30; n += 1) {
    const told = router.explain(CHAT);
    assert.deepEqual(told.decisions[0].candidates.map(({ share }) => share), [0.75, 0.25]);
    const answer = await router.completion(CHAT);
    assert.equal(answer._hidden_params.model_id, told.picked);
    assert.equal(told.picked, told.decisions[0].draw < 0.75 ? "one" : "two");
    picked.add(told.picked);
  }
  assert.equal(picked.size, 2);
};

insight["explain tells where each fault leads"] = async (kit) => {
  const one = kit.provider("one");
  const config = {
    model_list: [deployment("one"), deployment("two", {}, "spare")],
    fallbacks: [{ [GROUP]: ["spare"] }],
    model_group_alias: { fast: GROUP },
  };
  const router = kit.router(config, { fetch: one.fetch, seed: 1 });
  const told = router.explain({ model: "fast" });
  assert.deepEqual(told.resolved, { kind: "alias", model_group: GROUP, deployment: null });
  const plan = (code, options) => router.explain({ model: "fast" }, options).fallbacks.find(({ faults }) => faults.includes(code));
  assert.deepEqual(plan("timeout").targets, ["spare"]);
  assert.deepEqual([plan("bad_request").targets, plan("bad_request").reason], [[], "does_not_fall_back"]);
  assert.equal(plan("timeout", { disable_fallbacks: true }).reason, "disabled");
  assert.match(told.text, /`fast` means the group `claude-fast`/);
  assert.throws(() => router.explain(CHAT, { fallbacks: ["nowhere"] }), kit.BadRequestError);
  assert.equal(one.calls.length, 0);
};

insight["an answer, a stream and an error tell their decisions if asked"] = async (kit) => {
  const { router, one, two } = kit.pair({ config: { num_retries: 1 } });
  one.script({ status: 500 });
  const answer = await router.completion(CHAT, { explain: true });
  const { decision } = answer._hidden_params;
  assert.deepEqual(decision.decisions.map(({ picked, attempt }) => [attempt, picked]), [[0, "one"], [1, "two"]]);
  assert.equal(decision.decisions[1].candidates[0].reason, "failed_in_this_call");
  assert.match(decision.text, /send 2 to the group `claude-fast`: 1 of 2 to choose from by simple-shuffle, took `two`/);
  assert.equal(JSON.parse(JSON.stringify(answer._hidden_params)).decision.decisions.length, 2);

  const stream = await router.completion({ ...CHAT, stream: true }, { explain: true });
  await stream.final();
  assert.equal(stream.meta.decision.decisions[0].picked, "one");

  one.script({ status: 400 });
  const error = await rejection(router.completion(CHAT, { explain: true }));
  assert.equal(error.decision.decisions[0].picked, "one");

  const plain = await router.completion(CHAT);
  assert.ok(!("decision" in plain._hidden_params));
  one.script({ status: 400 });
  assert.ok(!("decision" in (await rejection(router.completion(CHAT)))));
  assert.equal(two.calls.length, 1);
};

insight["a snapshot is plain data that tells what everybody has been through"] = async (kit) => {
  let now = 1_000_000;
  const { router, one } = kit.pair({ first: { rpm: 50 }, host: { now: () => now, seed: 7 } });
  assert.deepEqual(router.snapshot().deployments.map(({ totals }) => totals), [{ ok: 0, failed: 0 }, { ok: 0, failed: 0 }]);
  await router.completion(CHAT);
  one.script(SLOW_DOWN);
  await router.completion(CHAT);
  const snapshot = router.snapshot();
  assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
  const [first, second] = snapshot.deployments;
  assert.deepEqual(first.health, { state: "open", until: now + 20_000, error: "RateLimitError", period_ms: 20_000, probing: false });
  assert.deepEqual([first.totals, second.totals], [{ ok: 1, failed: 1 }, { ok: 1, failed: 0 }]);
  assert.deepEqual([first.usage.requests, first.limits.rpm, second.usage], [2, 50, null]);
  assert.deepEqual(snapshot.groups.map(({ model_group, deployments }) => [model_group, deployments]), [[GROUP, ["one", "two"]]]);
  assert.deepEqual([snapshot.at, snapshot.router.begun, snapshot.router.running, snapshot.router.seed], [now, 2, 0, 7]);
  now += 20_000;
  assert.equal(router.snapshot().deployments[0].health.state, "half_open");
  assert.ok(!JSON.stringify(router.snapshot()).includes("sk-one"));
};

insight["the seed of a router that drew its own replays its choices"] = async (kit) => {
  const even = { first: { order: undefined }, second: { order: undefined } };
  const first = kit.pair({ ...even, host: { seed: undefined } });
  const went = async ({ router }) => {
    const ids = [];
    for (let n = 0; n < 20; n += 1) ids.push((await router.completion(CHAT))._hidden_params.model_id);
    return ids;
  };
  const ids = await went(first);
  const { seed } = first.router.snapshot().router;
  assert.ok(Number.isSafeInteger(seed), `${seed}`);
  assert.deepEqual(await went(kit.pair({ ...even, host: { seed } })), ids);
};

insight["setHealth keeps a deployment out for its time, and takes it back in"] = async (kit) => {
  let now = 1_000_000;
  const { router, one } = kit.pair({ host: { now: () => now } });
  router.setHealth("one", false);
  assert.equal(router.getAvailableDeployment(CHAT).id, "two");
  assert.equal((await router.completion(CHAT))._hidden_params.model_id, "two");
  assert.equal(router.snapshot().deployments[0].marked_down, true);
  now += 600_000;
  assert.equal(router.getAvailableDeployment(CHAT).id, "one");

  one.script(SLOW_DOWN);
  await router.completion(CHAT);
  assert.equal(router.getAvailableDeployment(CHAT).id, "two");
  const closed = [];
  const off = router.on("cooldown_close", (event) => closed.push(event));
  router.setHealth("one", true);
  assert.equal(router.getAvailableDeployment(CHAT).id, "one");
  await undefined;
  assert.deepEqual(closed.map(({ deployment, call_id }) => [deployment, call_id]), [["one", null]]);
  off();
  assert.throws(() => router.setHealth("nobody", true), kit.NotFoundError);
  assert.throws(() => router.setHealth("one", undefined), TypeError);
};

insight["what was freed says so"] = async (kit) => {
  const router = new kit.Router({ model_list: [deployment("one")] });
  const off = router.on("*", () => {});
  router.free();
  for (const look of [() => router.snapshot(), () => router.explain(CHAT), () => router.getAvailableDeployment(CHAT)]) {
    assert.throws(look, kit.InternalError);
  }
  off();
  assert.throws(() => router.on("*", () => {}), kit.InternalError);
};
