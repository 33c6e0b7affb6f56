// The host's clock is set back while a call waits: its deadline comes all the same, late by as much at most.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { importPacked, packed } from "./pack.mjs";

const LIMIT = { timeout: 20_000 };
const DEADLINE_MS = 60;
const BACK_MS = 40;

/** A router whose clock is set back as soon as it has sent, and whose provider says nothing. */
async function stalledCall() {
  const { Router } = await importPacked("switchman");
  let backMs = 0;
  const fetch = (_, { signal }) => {
    backMs = BACK_MS;
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const params = { model: "openai/gpt-4o", api_key: "sk-clock" };
  const router = new Router({ model_list: [{ model_name: "chat", litellm_params: params }] }, { fetch, now: () => Date.now() - backMs });
  const request = { model: "chat", messages: [{ role: "user", content: "hello" }] };
  await assert.rejects(router.completion(request, { deadlineMs: DEADLINE_MS }), { name: "Timeout" });
}

for (const alarm of ["SharedAlarm", "OwnAlarm"]) {
  test(`a call whose clock is set back ends by its deadline (${alarm})`, LIMIT, async () => {
    const inPackage = (path) => import(pathToFileURL(join(home, "node_modules", "switchman", path)).href);
    const home = await packed();
    const { platform } = await inPackage("js/platform/node.js");
    const alarms = await inPackage("js/alarm.js");
    const usual = platform.alarm;
    platform.alarm = (now) => new alarms[alarm](now);
    try {
      await stalledCall();
    } finally {
      platform.alarm = usual;
    }
  });
}

test("a timer of a call rings when it is due, however often it beats before; one that beats no more is missed", LIMIT, async (t) => {
  const { OwnAlarm } = await import(pathToFileURL(join(await packed(), "node_modules", "switchman", "js", "alarm.js")).href);
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const alarm = new OwnAlarm();
  const woken = [];
  const sleeper = (wakeAt) => ({ wakeAt, wake() { woken.push([this.wakeAt, Date.now()]); } });
  const set = (wakeAt) => {
    const one = sleeper(wakeAt);
    alarm.set(one, 0);
    return one;
  };
  set(25_000);
  // What is moved back is not set anew at once, and rings in time.
  const moved = set(3_000);
  moved.wakeAt = 14_000;
  alarm.set(moved, 0);
  const nearer = set(30_000);
  nearer.wakeAt = 5_000;
  alarm.set(nearer, 0);
  const endless = set(Infinity);
  // Like one of a request that is gone: nobody wakes it.
  const { setTimeout: usual } = globalThis;
  globalThis.setTimeout = () => 0;
  const gone = set(60_000);
  globalThis.setTimeout = usual;

  const pass = (ms) => {
    for (let left = ms; left > 0; left -= 1) t.mock.timers.tick(1);
  };
  pass(12_000);
  assert.equal(alarm.isMissed, false, "it may be late");
  pass(30_000);
  assert.deepEqual(woken, [[5_000, 5_001], [14_000, 14_001], [25_000, 25_001]]);
  assert.equal(alarm.isMissed, true);
  assert.equal(alarm.isMissed, false, "looked for once a second");
  const lost = alarm.lost();
  t.mock.timers.tick(1);
  assert.deepEqual(await lost, [gone]);
  pass(2_000);
  assert.equal(alarm.isMissed, false);
  alarm.clear(endless);
});
