/** What becomes of what a service does not take: in pretended time, so that nobody waits. */

import assert from "node:assert/strict";
import { CHAT } from "../support/kit.js";
import { ENV, pretendClock, services, silent } from "../support/services.js";

export const callbacksFailing = {};

/** A router of one deployment, whose calls Langfuse is told of, unless `names` says otherwise. */
function told(kit, { config = { callbacks: ["langfuse"] }, host } = {}) {
  const service = services();
  const clock = pretendClock();
  const { now, sleep } = clock;
  const { router, provider } = kit.single({ config, host: { env: ENV, callbackFetch: service.fetch, now, sleep, ...host } });
  /** So many calls, none of which may fail. */
  const call = async (count = 1) => {
    for (let n = 0; n < count; n += 1) await router.completion(CHAT);
  };
  return { router, provider, service, clock, call, stats: () => router.snapshot().callbacks[0] };
}

const callsIn = ({ text }) => text.match(/"gen_ai\.operation\.name"/g).length;

callbacksFailing["calls are told together after a second, and at once when they are many"] = async (kit) => {
  const { service, clock, call, stats } = told(kit);
  await call(3);
  await clock.pass(999);
  assert.deepEqual([service.sent.length, stats().queued], [0, 3]);
  await clock.pass(1);
  assert.deepEqual(service.sent.map(callsIn), [3]);
  await call(256);
  await clock.pass(0);
  assert.deepEqual(service.sent.map(callsIn), [3, 128, 128]);
  assert.deepEqual(stats(), { name: "langfuse", signal: null, queued: 0, delivered: 259, dropped: 0, failed_sends: 0, last_error: null });
};

callbacksFailing["a service that fails for a while is told later, with growing pauses"] = async (kit) => {
  const { service, clock, call, stats } = told(kit);
  service.script(503, new TypeError("no connection"), 429, 200);
  await call(2);
  await clock.pass(1_000);
  const times = [];
  for (let ms = 0; ms < 8_000; ms += 500) {
    const before = service.sent.length;
    await clock.pass(500);
    if (service.sent.length > before) times.push(ms + 500);
  }
  // One second after the first failure, two after the second, four after the third.
  assert.deepEqual(times, [1_000, 3_000, 7_000]);
  assert.deepEqual(stats(), { name: "langfuse", signal: null, queued: 0, delivered: 2, dropped: 0, failed_sends: 3, last_error: "429" });
  // The same spans each time, so that a service that has taken them after all knows them again.
  assert.equal(new Set(service.sent.map(({ text }) => text)).size, 1);
};

callbacksFailing["Retry-After is honoured, as seconds and as a date, up to a minute"] = async (kit) => {
  const { service, clock, call } = told(kit);
  const after = (value) => new Response("{}", { status: 429, headers: { "retry-after": value } });
  const date = new Date(clock.now() + 1_000 + 7_000 + 20_000).toUTCString();
  service.script(after("7"), after(date), after("100000"), 200);
  await call();
  await clock.pass(1_000);
  for (const [ms, sent] of [[6_999, 1], [1, 2], [19_999, 2], [1, 3], [59_999, 3], [1, 4]]) {
    await clock.pass(ms);
    assert.equal(service.sent.length, sent, `after ${ms} ms more`);
  }
};

callbacksFailing["after five tries calls are dropped and counted, and the next ones are told"] = async (kit) => {
  const { service, clock, call, stats } = told(kit);
  service.script(...new Array(5).fill(503));
  await call(2);
  await clock.pass(20_000);
  assert.deepEqual([service.sent.length, stats().dropped, stats().failed_sends, stats().queued], [5, 2, 5, 0]);
  await call(1);
  await clock.pass(60_000);
  assert.deepEqual([stats().delivered, stats().dropped], [1, 2]);
};

callbacksFailing["what will not be taken at another time either is dropped at once"] = async (kit) => {
  for (const [answer, why] of [
    [401, "401"],
    [400, "400"],
    [500, "500"],
    [new Response(null, { status: 302, headers: { location: "https://elsewhere.test/" } }), "302"],
  ]) {
    const { service, clock, call, stats } = told(kit);
    service.script(answer);
    await call();
    await clock.pass(60_000);
    assert.deepEqual([service.sent.length, stats().dropped, stats().last_error], [1, 1, why]);
  }
};

callbacksFailing["what is too large is told in parts, and a call that is too large by itself is dropped"] = async (kit) => {
  const { service, clock, call, stats } = told(kit);
  const most = (count) => () => new Response("{}", { status: callsIn(service.sent.at(-1)) > count ? 413 : 200 });
  service.script(...new Array(10).fill(most(1)));
  await call(4);
  await clock.pass(1_000);
  assert.deepEqual([service.sent.map(callsIn), stats().delivered, stats().dropped], [[4, 2, 1, 2, 1, 2, 1, 1], 4, 0]);
  const other = told(kit);
  other.service.script(413);
  await other.call(1);
  await other.clock.pass(60_000);
  assert.deepEqual([other.service.sent.length, other.stats().dropped], [1, 1]);
};

callbacksFailing["a service that never answers is given up after ten seconds, and holds nobody up"] = async (kit) => {
  const { service, clock, call, stats } = told(kit, { config: { callbacks: ["langfuse", "helicone"] } });
  let given;
  const hang = (signal) => {
    given = signal;
    return silent();
  };
  service.script((signal) => (service.sent.at(-1).url.includes("langfuse") ? hang(signal) : 200));
  service.script((signal) => (service.sent.at(-1).url.includes("langfuse") ? hang(signal) : 200));
  await call();
  await clock.pass(1_000);
  assert.deepEqual(service.sent.map(({ url }) => new URL(url).hostname).sort(), ["helicone.test", "langfuse.test"]);
  await clock.pass(9_999);
  assert.equal(given.aborted, false);
  await clock.pass(1);
  assert.equal(given.aborted, true);
  await clock.pass(1_000);
  assert.deepEqual([stats().delivered, stats().failed_sends, stats().last_error], [1, 1, "timeout"]);
};

callbacksFailing["the queue is bounded: the oldest calls are dropped and counted"] = async (kit) => {
  const { service, clock, call, stats } = told(kit);
  service.script(...new Array(8).fill(silent));
  await call(2_100);
  await clock.pass(5_000);
  await call(400);
  await clock.pass(2_000);
  const { queued, dropped, delivered } = stats();
  assert.deepEqual([queued, dropped, delivered], [2_048, 2_500 - 2_048, 0]);
  await clock.pass(600_000);
  await call(1);
  await clock.pass(60_000);
  assert.equal(stats().queued, 0);
  assert.equal(stats().delivered + stats().dropped, 2_501);
  assert.ok(stats().delivered > 0);
};

callbacksFailing["flush tells at once, waits for what is under way, and comes to an end"] = async (kit) => {
  const { router, service, clock, call, stats } = told(kit);
  await router.flush();
  await call(2);
  await router.flush();
  assert.deepEqual([service.sent.length, stats().delivered], [1, 2]);
  service.script(silent, silent, silent, silent, silent);
  await call();
  let isOver = false;
  const over = router.flush().then(() => (isOver = true));
  await clock.pass(29_999);
  assert.equal(isOver, false);
  await clock.pass(1);
  await over;
  assert.equal(stats().queued, 1);
  await clock.pass(120_000);
  assert.deepEqual([stats().queued, stats().dropped], [0, 1]);
};

callbacksFailing["a callback's fetch that throws or answers nonsense touches no call"] = async (kit) => {
  const nonsense = [
    () => { throw new Error("no"); },
    () => undefined,
    () => ({ status: 200 }),
    () => Promise.reject(new Error("no")),
    () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("no")) })),
  ];
  for (const callbackFetch of nonsense) {
    const { clock, call, stats } = told(kit, { host: { callbackFetch } });
    await call(2);
    await clock.pass(60_000);
    assert.equal(stats().delivered + stats().dropped, 2);
  }
};

callbacksFailing["each promise to tell is kept alive beside a call"] = async (kit) => {
  const kept = [];
  const { service, clock, call } = told(kit, { host: { waitUntil: (promise) => kept.push(promise) } });
  await call(3);
  assert.equal(kept.length, 1);
  await clock.pass(1_000);
  await kept[0];
  assert.equal(service.sent.length, 1);
  await call();
  assert.equal(kept.length, 2);
};

callbacksFailing["who has promised to tell and is gone is followed by somebody else"] = async (kit) => {
  // As on workerd, where a request may vanish with its timers: the first wait never ends.
  let waits = 0;
  const clock = pretendClock();
  const service = services();
  const sleep = (ms, signal) => (ms === 1_000 && (waits += 1) === 1 ? silent() : clock.sleep(ms, signal));
  const { router } = kit.single({ config: { callbacks: ["langfuse"] }, host: { env: ENV, callbackFetch: service.fetch, now: clock.now, sleep } });
  await router.completion(CHAT);
  await clock.pass(10_000);
  await router.completion(CHAT);
  await clock.pass(10_000);
  assert.equal(service.sent.length, 0);
  await router.completion(CHAT);
  await clock.pass(1_000);
  assert.deepEqual(service.sent.map(callsIn), [3]);
};

callbacksFailing["two routers that tell the same service share nothing"] = async (kit) => {
  const [one, two] = [told(kit), told(kit)];
  await one.call();
  await two.call(2);
  await Promise.all([one.clock.pass(1_000), two.clock.pass(1_000)]);
  assert.deepEqual([one.stats().delivered, two.stats().delivered], [1, 2]);
};
