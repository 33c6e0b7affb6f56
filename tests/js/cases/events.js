/** What listeners are told while it happens, and what becomes of a call whose listener fails. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, deployment, fetchOf, post, rejection } from "../support/kit.js";
import { assertSilent } from "../support/leaks.js";
import { turn } from "../support/giving-up.js";

export const events = {};

/** A listener that keeps what it hears. */
function heard(router, name = "*") {
  const all = [];
  const off = router.on(name, (event) => all.push(event));
  return { all, off, names: () => all.splice(0).map(({ type }) => type) };
}

events["a call that is retried tells every step, in order, with its id"] = async (kit) => {
  const { router, one } = kit.pair();
  const { all } = heard(router);
  one.script({ status: 429, headers: { "retry-after": "3" } });
  const answer = await router.completion(CHAT);
  const { call_id } = answer._hidden_params;
  assert.deepEqual(all.map(({ type, deployment }) => [type, deployment]), [
    ["request_start", null],
    ["deployment_selected", "one"],
    ["attempt_start", "one"],
    ["attempt_end", "one"],
    ["cooldown_open", "one"],
    ["retry", "two"],
    ["deployment_selected", "two"],
    ["attempt_start", "two"],
    ["attempt_end", "two"],
    ["request_end", "two"],
  ]);
  assert.ok(all.every((event) => event.call_id === call_id && event.model_group === GROUP && event.at > 0));
  const [start, , , failed, open] = all;
  assert.deepEqual([start.requested_model, start.surface, start.stream], [GROUP, "chat", false]);
  assert.deepEqual([failed.status, failed.error, failed.usage], [429, "RateLimitError", null]);
  assert.deepEqual([open.scope, open.ms, open.error], ["deployment", 3_000, "RateLimitError"]);
  const end = all.at(-1);
  assert.deepEqual([end.status, end.error, end.attempts, end.attempted_retries], [200, null, 2, 1]);
  assert.equal(end.usage.total_tokens, answer.usage.total_tokens);
  assert.throws(() => (end.status = 0), TypeError);
};

events["a stream tells its first content, and its end when it has ended"] = async (kit) => {
  const { router } = kit.single();
  const { all, names } = heard(router);
  const stream = await router.completion({ ...CHAT, stream: true });
  assert.deepEqual(names(), ["request_start", "deployment_selected", "attempt_start", "first_token"]);
  await stream.final();
  assert.deepEqual(all.map(({ type }) => type), ["attempt_end", "request_end"]);
  assert.ok(all[1].usage.completion_tokens > 0);

  names();
  const response = await router.fetch(CHAT_URL, post({ ...CHAT, stream: true }));
  await response.text();
  assert.deepEqual(names().at(-1), "request_end");
  // One that is left is over, too.
  const left = await router.completion({ ...CHAT, stream: true });
  for await (const _ of left) break;
  await turn();
  assert.deepEqual(all.slice(-2).map(({ type, error }) => [type, error]), [["attempt_end", "AbortError"], ["request_end", "AbortError"]]);
};

events["a fallback, a failure and what is no model are told"] = async (kit) => {
  const [one, two] = [kit.provider("one"), kit.provider("two")];
  const config = { model_list: [deployment("one"), deployment("two", {}, "spare")], fallbacks: [{ [GROUP]: ["spare"] }], num_retries: 0 };
  const router = kit.router(config, { fetch: fetchOf(one, two), seed: 1 });
  const { all, names } = heard(router);
  one.script({ status: 500 });
  await router.completion(CHAT);
  const { from, to, error } = all.find(({ type }) => type === "fallback");
  assert.deepEqual([from, to, error], [GROUP, "spare", "InternalServerError"]);
  names();
  await rejection(router.completion({ ...CHAT, model: "nothing" }));
  assert.deepEqual(all.map(({ type, error }) => [type, error ?? null]), [["request_start", null], ["request_end", "NotFoundError"]]);
};

events["s111: a listener that throws, or whose promise fails, leaves the call unaffected"] = async (kit) => {
  const { router, one } = kit.pair();
  const { names } = heard(router);
  router.on("*", () => {
    throw new Error("a listener has failed");
  });
  router.on("request_end", async () => {
    throw new Error("a listener's promise has failed");
  });
  router.on("request_start", () => ({
    get then() {
      throw new Error("a listener has answered with something odd");
    },
  }));
  one.script({ status: 500 });
  const answer = await router.completion(CHAT);
  assert.equal(answer._hidden_params.model_id, "two");
  const stream = await router.completion({ ...CHAT, stream: true });
  assert.ok((await stream.final()).choices[0].message.content.length > 0);
  const count = names().length;
  await turn();
  assert.equal(router.snapshot().router.listener_failures, count + 2 + 2);
};

events["a listener may call the router"] = async (kit) => {
  const { router, one } = kit.pair();
  const inner = [];
  const off = router.on("attempt_end", ({ deployment, error }) => {
    inner.push(router.getAvailableDeployment(CHAT).id, router.snapshot().router.running, router.explain(CHAT).picked);
    if (error === null) return undefined;
    router.setHealth(deployment, false);
    off();
    return router.completion(CHAT).then(({ _hidden_params }) => inner.push(_hidden_params.model_id));
  });
  one.script({ status: 503 });
  await router.completion(CHAT);
  await turn();
  assert.deepEqual([inner[0], inner[2], inner[3]], ["one", "one", "two"]);
  assert.equal(one.calls.length, 1);
};

events["who is taken off hears nothing more, and a second listener its own"] = async (kit) => {
  const { router } = kit.single();
  const every = heard(router);
  const ends = heard(router, "request_end");
  await router.completion(CHAT);
  assert.deepEqual([every.names().length, ends.names()], [5, ["request_end"]]);
  every.off();
  every.off();
  await router.completion(CHAT);
  assert.deepEqual([every.names(), ends.names()], [[], ["request_end"]]);
  ends.off();
  await router.completion(CHAT);
  assert.deepEqual(ends.names(), []);
  // What happened while nobody listened is not told later.
  const late = heard(router);
  await turn();
  assert.deepEqual(late.names(), []);
  for (const name of ["request", "", undefined]) assert.throws(() => router.on(name, () => {}), /there is no event/);
  assert.throws(() => router.on("*"), TypeError);
};

events["callbacks of the host are told everything"] = async (kit) => {
  const told = [];
  const callback = {
    prefix: "heard",
    onEvent(event) {
      told.push(`${this.prefix} ${event.type}`);
    },
  };
  const { router } = kit.single({ host: { callbacks: [callback, { onEvent: () => assert.fail("one that fails") }] } });
  assert.ok(!router.notices.some(({ path }) => path.includes("callbacks")));
  await router.completion(CHAT);
  assert.equal(told.length, 5);
  assert.equal(told.at(-1), "heard request_end");
  for (const callbacks of [{}, ["otel"], [null]]) {
    assert.throws(() => new kit.Router({ model_list: [deployment("one")] }, { callbacks }), (error) => {
      assert.deepEqual(error.problems, [{ path: "host.callbacks", message: "expected a list of functions, or of objects with a method `onEvent`" }]);
      return true;
    });
  }
};

events["a promise of a listener's is kept alive beside the call"] = async (kit) => {
  const kept = [];
  const { router } = kit.single({ host: { waitUntil: (promise) => kept.push(promise) } });
  router.on("request_end", async () => "written");
  await router.completion(CHAT);
  assert.equal(kept.length, 1);
  assert.equal(await kept[0], "written");
};

events["s110: no event, decision or snapshot holds a key or a word of the request"] = async (kit) => {
  const secrets = ["sk-one", "sk-two", "a question that is nobody's business", "an answer that is neither"];
  const one = { reply: secrets[3], faults: (n) => n % 2 === 1 && { status: 401, body: { error: { message: `bad key sk-one` } } } };
  const { router } = kit.pair({ one, two: { reply: secrets[3] } });
  const { all } = heard(router);
  const request = { ...CHAT, messages: [{ role: "user", content: secrets[2] }] };
  const answer = await router.completion(request, { explain: true });
  await (await router.completion({ ...request, stream: true })).final();
  assert.ok(all.length > 10);
  assertSilent("the events", all, secrets);
  assertSilent("the decision", answer._hidden_params.decision, secrets);
  assertSilent("a look", [router.snapshot(), router.explain(request), router.getAvailableDeployment(request)], secrets);
};
