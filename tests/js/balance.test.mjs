/** Who gets how much: weights, benches in virtual time, and a group that is wholly down. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAT, GROUP, brief, deployment, fetchOf } from "./support/kit.js";
import { nodeKit } from "./support/suite.mjs";

const LIMIT = { timeout: 60_000 };

/** A clock that only the test moves, and a sleep that moves it. */
function virtualTime() {
  const clock = { ms: 1_700_000_000_000 };
  return {
    clock,
    now: () => clock.ms,
    sleep: (ms, signal) =>
      // One turn of the loop, so that whatever is under way goes first; a sleep that is given up moves nothing.
      new Promise((resolve) => setImmediate(resolve)).then(() => {
        if (!signal.aborted) clock.ms += ms;
      }),
  };
}

/** A provider of one answer, for many calls. */
const ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }],
});
const shortly = async () => new Response(ANSWER, { headers: { "content-type": "application/json" } });

/** How many of `count` calls each deployment answered. */
async function shares(router, count, request = CHAT) {
  const answered = { one: 0, two: 0 };
  for (let n = 0; n < count; n++) answered[(await router.completion(request))._hidden_params.model_id] += 1;
  return answered;
}

for (const where of ["litellm_params", "model_info"]) {
  test(`weights 90 and 10 in ${where}: 10,000 calls within one per cent`, LIMIT, async () => {
    const kit = await nodeKit();
    const model_list = [deployment("one"), deployment("two")];
    model_list[0][where].weight = 90;
    model_list[1][where].weight = 10;
    const router = kit.router({ model_list }, { fetch: shortly, seed: 7 });
    const { one, two } = await shares(router, 10_000);
    assert.ok(Math.abs(one - 9_000) <= 100, `${one} to ${two}`);
  });
}

test("the same seed draws the same deployments, another seed draws others", LIMIT, async () => {
  const kit = await nodeKit();
  const draw = async (seed) => {
    const { router } = kit.pair({ first: { order: undefined }, second: { order: undefined }, host: { seed } });
    const ids = [];
    for (let n = 0; n < 64; n++) ids.push((await router.completion(CHAT))._hidden_params.model_id);
    return ids.join();
  };
  const seven = await draw(7);
  assert.equal(await draw(7), seven);
  assert.notEqual(await draw(8), seven);
});

test("without a seed routers draw differently", LIMIT, async () => {
  const kit = await nodeKit();
  const draw = async () => {
    const { router } = kit.pair({ first: { order: undefined }, second: { order: undefined }, host: { seed: undefined } });
    const ids = [];
    for (let n = 0; n < 64; n++) ids.push((await router.completion(CHAT))._hidden_params.model_id);
    return ids.join();
  };
  assert.notEqual(await draw(), await draw());
});

test("a benched deployment is left alone, and is used again after its time", LIMIT, async () => {
  const kit = await nodeKit();
  const { clock, now, sleep } = virtualTime();
  const { router, one, two } = kit.pair({
    first: { order: undefined },
    second: { order: undefined },
    config: { cooldown_time: 30 },
    host: { now, sleep },
  });
  one.setFaults({ status: 429 });
  while (one.calls.length === 0) await router.completion(CHAT);
  const benched = clock.ms;
  one.reset();
  two.reset();

  clock.ms = benched + 29_999;
  assert.deepEqual(await shares(router, 200), { one: 0, two: 200 });
  assert.equal(one.calls.length, 0);

  clock.ms = benched + 30_000;
  const after = await shares(router, 200);
  assert.ok(after.one > 60 && after.two > 60, JSON.stringify(after));
});

test("a bench lasts as long as the provider asks", LIMIT, async () => {
  const kit = await nodeKit();
  const { clock, now, sleep } = virtualTime();
  const { router, one } = kit.pair({ config: { cooldown_time: 5 }, host: { now, sleep } });
  one.script({ status: 429, headers: { "retry-after": "20" } });
  await router.completion(CHAT);
  const benched = clock.ms;
  clock.ms = benched + 19_999;
  assert.deepEqual(await shares(router, 20), { one: 0, two: 20 });
  clock.ms = benched + 20_000;
  assert.deepEqual(await shares(router, 20), { one: 20, two: 0 });
});

test("a deployment that always fails is benched by its rate, and its calls lose nothing", LIMIT, async () => {
  const kit = await nodeKit();
  const { now, sleep } = virtualTime();
  const { router, one, two } = kit.pair({ host: { now, sleep } });
  one.setFaults({ status: 500 });
  assert.deepEqual(await shares(router, 100), { one: 0, two: 100 });
  assert.ok(one.calls.length >= 1 && one.calls.length <= 10, `${one.calls.length} calls of 100 went to it first`);
  assert.equal(two.calls.length, 100);
});

for (const [concurrency, faults] of [
  [1, [{ status: 500 }, { status: 429 }]],
  [100, [{ status: 500 }, { status: 429 }, { status: 401 }, { refuse: true }]],
]) {
  for (const fault of faults) {
    const name = `${JSON.stringify(fault)}, ${concurrency} at a time`;
    test(`the first group wholly down, the second well: of 1,000 calls none fails (${name})`, LIMIT, async () => {
      const kit = await nodeKit();
      const { now, sleep } = virtualTime();
      const [one, two, three] = ["one", "two", "three"].map((id) => kit.provider(id));
      const model_list = [deployment("one"), deployment("two"), deployment("three", {}, "backup")];
      const host = { fetch: fetchOf(one, two, three), seed: 3, now, sleep };
      const router = kit.router({ model_list, num_retries: 2, fallbacks: [{ [GROUP]: ["backup"] }] }, host);
      one.setFaults(fault);
      two.setFaults(fault);
      for (let n = 0; n < 1_000; n += concurrency) {
        const answers = await Promise.all(Array.from({ length: concurrency }, () => router.completion(CHAT)));
        for (const { model_used, _hidden_params } of answers) {
          assert.equal(model_used, "openai/model-three");
          assert.equal(_hidden_params.model_group, "backup");
          assert.equal(_hidden_params.requested_model, GROUP);
          assert.equal(_hidden_params.attempted_fallbacks, 1);
          assert.deepEqual(brief(_hidden_params.attempts).at(-1), { deployment: "three", status: 200, error: null });
        }
      }
      assert.equal(three.calls.length, 1_000);
      await kit.settled();
    });
  }
}
