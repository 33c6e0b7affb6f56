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
