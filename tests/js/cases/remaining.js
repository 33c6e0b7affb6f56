/** What providers tell of their limits in the headers of their replies. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, deployment, fetchOf, post } from "../support/kit.js";
import { STREAM, mixed } from "../support/mixed.js";

export const remaining = {};

/** Every way to call: the id of who answers. */
const WAYS = {
  completion: async (router) => (await router.completion(CHAT))._hidden_params.model_id,
  async "completion, streamed"(router) {
    const stream = await router.completion(STREAM);
    await all(stream);
    return stream.meta.model_id;
  },
  async fetch(router) {
    const response = await router.fetch(CHAT_URL, post(CHAT));
    await response.text();
    return response.headers.get("x-switchman-model-id");
  },
  async "fetch, streamed"(router) {
    const response = await router.fetch(CHAT_URL, post(STREAM));
    await response.text();
    return response.headers.get("x-switchman-model-id");
  },
};

/** Nothing is left, and is counted anew in a minute. Google tells of it when it refuses, and not before. */
const USED_UP = {
  openai: {
    requests: () => ({ "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m0s" }),
    tokens: () => ({ "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "59.5s" }),
  },
  anthropic: {
    requests: () => ({
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": new Date(Date.now() + 60_000).toISOString(),
    }),
    "input tokens": () => ({
      "anthropic-ratelimit-tokens-remaining": "9000",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": new Date(Date.now() + 60_000).toISOString(),
    }),
  },
};

for (const dialect of Object.keys(USED_UP)) {
  for (const [what, told] of Object.entries(USED_UP[dialect])) {
    for (const [way, call] of Object.entries(WAYS)) {
      remaining[`${way}: who has no ${what} left is passed over (${dialect})`] = async (kit) => {
        const { router } = mixed(kit, [dialect, "openai"], { one: { faults: { headers: told() } } });
        assert.deepEqual([await call(router), await call(router), await call(router)], ["one", "two", "two"]);
      };
    }
  }

  remaining[`a 429 that tells no wait: the reset of what is used up (${dialect})`] = async (kit) => {
    const headers = USED_UP[dialect].requests();
    const { router } = mixed(kit, [dialect], { one: { faults: { status: 429, headers } }, config: { num_retries: 0 } });
    const error = await router.completion(CHAT).catch((error) => error);
    assert.ok(error instanceof kit.RateLimitError);
    assert.ok(error.retryAfterMs > 50_000 && error.retryAfterMs <= 60_000, String(error.retryAfterMs));
  };
}

remaining["a 429 that tells its wait in the body, and one that says that the day is used up (gemini)"] = async (kit) => {
  const refused = (quotaId) => ({
    error: {
      ...{ code: 429, message: "You exceeded your current quota.", status: "RESOURCE_EXHAUSTED" },
      details: [
        { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId }] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.5s" },
      ],
    },
  });
  const asked = async (quotaId) => {
    const faults = { status: 429, body: refused(quotaId) };
    const { router } = mixed(kit, ["gemini"], { one: { faults }, config: { num_retries: 0 } });
    return router.completion(CHAT).catch((error) => error);
  };
  const error = await asked("GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
  assert.ok(error instanceof kit.RateLimitError);
  assert.deepEqual([error.code, error.type, error.retryAfterMs], ["rate_limit_exceeded", "RESOURCE_EXHAUSTED", 34_500]);
  assert.equal((await asked("GenerateRequestsPerDayPerProjectPerModel-FreeTier")).code, "insufficient_quota");
};

remaining["who has nobody beside it is called all the same"] = async (kit) => {
  const { router } = mixed(kit, ["openai"], { one: { faults: { headers: USED_UP.openai.requests() } } });
  assert.deepEqual([await WAYS.completion(router), await WAYS.completion(router)], ["one", "one"]);
};

remaining["what is told is seen in the snapshot, and handed on"] = async (kit) => {
  const headers = { "x-ratelimit-remaining-requests": "41", "x-ratelimit-reset-requests": "20s" };
  const [one, two] = [kit.provider("one", { faults: { headers } }), kit.provider("two")];
  const model_list = [deployment("one", { order: 1 }), deployment("two", { order: 2 })];
  const router = kit.router({ model_list }, { fetch: fetchOf(one, two), seed: 1 });
  const answer = await router.completion(CHAT);
  assert.equal(answer._hidden_params.additional_headers["x-ratelimit-remaining-requests"], "41");
  const [known] = router.snapshot().deployments;
  assert.equal(known.quota_left.requests.left, 41);
};

remaining["who begins to tell after a long silence is heard in a while"] = async (kit) => {
  const { router, one } = mixed(kit, ["openai", "openai"]);
  for (let n = 0; n < 40; n += 1) assert.equal(await WAYS.completion(router), "one");
  one.setFaults({ headers: USED_UP.openai.requests() });
  let calls = 0;
  while ((await WAYS.completion(router)) === "one") calls += 1;
  assert.ok(calls <= 17, String(calls));
};
