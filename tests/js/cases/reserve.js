// A store that keeps limits for all routers: it is asked before each send, for a moment, and a "no" of it is final.

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, deployment, fetchOf, post, rejection } from "../support/kit.js";
import { plainStore, reserving } from "../support/stores.js";

const HARD = { limit_mode: "hard", num_retries: 0 };

/** Two routers that share a store. */
function isolates(kit, store, options) {
  return [0, 1].map(() => kit.pair({ config: HARD, ...options, host: { store, seed: undefined } }));
}

export const reserve = {
  "of forty calls of two routers exactly ten reach a provider with a limit of ten": async (kit) => {
    const [a, b] = isolates(kit, reserving(plainStore()), { first: { rpm: 10 } });
    const calls = [a, b].flatMap(({ router }) => [
      ...Array.from({ length: 10 }, () => router.completion(CHAT)),
      ...Array.from({ length: 10 }, () => router.fetch(CHAT_URL, post({ ...CHAT, stream: true })).then((answer) => answer.text())),
    ]);
    const answers = await Promise.all(calls);
    assert.equal(answers.length, 40);
    assert.equal(a.one.calls.length + b.one.calls.length, 10);
    assert.equal(a.two.calls.length + b.two.calls.length, 30);
  },
  "who is refused is told when it is worth while again": async (kit) => {
    const [a, b] = isolates(kit, reserving(plainStore()), { first: { rpm: 1 }, second: { rpm: 1 } });
    await a.router.completion(CHAT);
    await a.router.completion(CHAT);
    const error = await rejection(b.router.completion(CHAT));
    assert.deepEqual([error.name, error.status], ["NoDeploymentsAvailable", 429]);
    assert.ok(error.retryAfterMs > 0 && error.retryAfterMs <= 60_000, String(error.retryAfterMs));
    const response = await b.router.fetch(CHAT_URL, post(CHAT));
    assert.equal(response.status, 429);
    assert.ok(Number(response.headers.get("retry-after")) >= 1);
    assert.equal(b.one.calls.length + b.two.calls.length, 0);
  },
  "what was reserved and not used is given back": async (kit) => {
    const store = reserving(plainStore());
    const { router } = kit.pair({ config: HARD, first: { tpm: 100_000 }, host: { store } });
    const { usage } = await router.completion({ ...CHAT, max_tokens: 5_000 });
    const held = () => [...store.values].filter(([key]) => key.includes("/one/tpm/")).reduce((sum, [, value]) => sum + value, 0);
    assert.ok(store.most >= 5_000, String(store.most));
    await router.flush();
    assert.equal(held(), usage.total_tokens);
  },
  "a store that fails to answer, or answers anything, stops nobody": async (kit) => {
    const never = () => new Promise(() => {});
    const rubbish = [
      () => undefined, () => null, () => 0, () => "false", () => ({}), never, () => Promise.reject(new Error("no")),
      () => { throw new Error("no"); },
      () => ({ get then() { throw new Error("no"); } }),
      () => new Proxy({}, { get() { throw new Error("no"); } }),
    ];
    for (const reserve of rubbish) {
      const store = { ...plainStore(), reserve };
      const { router, one } = kit.pair({ config: HARD, first: { rpm: 2 }, host: { store } });
      for (let n = 0; n < 3; n += 1) await router.completion(CHAT);
      assert.equal(one.calls.length, 2, `what is known here counts: ${reserve}`);
    }
  },
  "a store is not waited for beyond its time, nor by a call that is given up": async (kit) => {
    let answer;
    const store = { ...plainStore(), reserve: () => new Promise((resolve) => (answer = resolve)) };
    const { router, one, two } = kit.pair({ config: HARD, first: { rpm: 5 }, host: { store } });
    const late = router.completion(CHAT);
    assert.equal((await late).model_used, "openai/model-one");
    // The word comes when the call is over.
    answer(false);
    const gone = new AbortController();
    const lost = rejection(router.completion(CHAT, { signal: gone.signal }));
    gone.abort();
    assert.equal((await lost).name, "AbortError");
    answer(true);
    // Its word arrives, and is answered.
    await new Promise((resolve) => setTimeout(resolve));
    await router.flush();
    assert.deepEqual([one.calls.length, two.calls.length], [1, 0]);
    assert.equal(router.snapshot().router.running, 0);
    const held = [...store.values].filter(([key]) => key.includes("/one/rpm/"));
    assert.deepEqual(held.map(([, value]) => value), [-1], "what nobody used is given back");
  },
  "a budget holds for the calls of two routers at once, and adds up": async (kit) => {
    const store = reserving(plainStore());
    const price = { input_cost_per_token: 0, output_cost_per_token: 0.01, max_budget: 13, budget_duration: "1d" };
    const [a, b] = isolates(kit, store, { first: price });
    // Four dollars each: three fit.
    const asked = { ...CHAT, max_tokens: 400 };
    const calls = [a, b].flatMap(({ router }) => [
      ...Array.from({ length: 3 }, () => router.completion(asked)),
      ...Array.from({ length: 3 }, () => router.fetch(CHAT_URL, post({ ...asked, stream: true, stream_options: { include_usage: true } })).then((answer) => answer.text())),
    ]);
    await Promise.all(calls);
    assert.equal(a.one.calls.length + b.one.calls.length, 3);
    assert.equal(a.two.calls.length + b.two.calls.length, 9);
    assert.ok(store.most >= 12e9, String(store.most));
    await Promise.all([a.router.flush(), b.router.flush()]);
    const spent = [a, b].map(({ router }) => router.snapshot().budgets[0].spent_usd);
    const kept = [...store.values].filter(([key]) => key.includes("/budget/"));
    assert.equal(kept.length, 1);
    assert.equal(Math.round(kept[0][1]), Math.round((spent[0] + spent[1]) * 1e9));
    assert.ok(kept[0][1] > 0);
  },
  "who is over a budget that the store keeps hears of the budget": async (kit) => {
    const price = { input_cost_per_token: 0, output_cost_per_token: 0.01, max_budget: 5, budget_duration: "1d" };
    const [a, b] = isolates(kit, reserving(plainStore()), { first: price, second: price });
    const asked = { ...CHAT, max_tokens: 400 };
    // Two at once: what the first has not used is not given back when the others ask.
    const [, , late] = await Promise.allSettled([a.router.completion(asked), a.router.completion(asked), b.router.completion(asked)]);
    assert.equal(late.status, "rejected");
    assert.deepEqual([late.reason.name, late.reason.status, late.reason.code], ["NoDeploymentsAvailable", 429, "budget_exceeded"]);
    assert.match(late.reason.message, /a budget spent or reserved elsewhere/);
  },
  "a store of a budget that fails to answer, or answers anything, stops nobody": async (kit) => {
    const price = { input_cost_per_token: 0, output_cost_per_token: 0.01, max_budget: 4, budget_duration: "1d" };
    for (const reserve of [() => undefined, () => Promise.reject(new Error("no")), () => new Promise(() => {})]) {
      const store = { ...plainStore(), reserve };
      const { router, one, two } = kit.pair({ config: HARD, first: price, host: { store } });
      const asked = { ...CHAT, max_tokens: 400 };
      await Promise.all([router.completion(asked), router.completion(asked)]);
      assert.deepEqual([one.calls.length, two.calls.length], [1, 1], `what is known here counts: ${reserve}`);
      await router.flush();
      const kept = [...store.values].find(([key]) => key.includes("/budget/"));
      assert.equal(Math.round(kept[1]), Math.round(router.snapshot().budgets[0].spent_usd * 1e9));
    }
  },
  "a store's word that comes when the router was freed is nobody's": async (kit) => {
    let answer;
    const store = { ...plainStore(), reserve: () => new Promise((resolve) => (answer = resolve)) };
    const provider = kit.provider("one");
    const config = { model_list: [deployment("one", { rpm: 5 })], ...HARD };
    // Not one of the kit's, which are asked once more when a case is over.
    const router = new kit.Router(config, { fetch: fetchOf(provider), store });
    await router.completion(CHAT);
    router.free();
    answer(true);
    // A rejection that nobody handles would end the test.
    await new Promise((resolve) => setTimeout(resolve));
  },
};
