/** What requests may use of limits on tokens: counted by the host, or estimated, and reserved when they are sent. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, deployment, fetchOf, post, rejection } from "../support/kit.js";

export const tokens = {};

const STREAM = { ...CHAT, stream: true };
const HARD = { limit_mode: "hard" };

/** Every way to call: the id of who answers. */
const WAYS = {
  completion: async (router, more) => (await router.completion({ ...CHAT, ...more }))._hidden_params.model_id,
  async "completion, streamed"(router, more) {
    const stream = await router.completion({ ...STREAM, ...more });
    await all(stream);
    return stream.meta.model_id;
  },
  async fetch(router, more) {
    const response = await router.fetch(CHAT_URL, post({ ...STREAM, ...more }));
    await response.text();
    return response.headers.get("x-switchman-model-id");
  },
};

/** "one", which has the limits, before "two", which has none. */
function pair(kit, params, { config = HARD, ...host } = {}) {
  const [one, two] = [kit.provider("one"), kit.provider("two")];
  const model_list = [deployment("one", { order: 1, ...params }), deployment("two", { order: 2 })];
  return kit.router({ model_list, ...config }, { fetch: fetchOf(one, two), seed: 1, ...host });
}

/** So many calls at once: who answers them, in order. */
const atOnce = (count, call, ...args) => Promise.all(Array.from({ length: count }, () => call(...args)));

for (const [way, call] of Object.entries(WAYS)) {
  tokens[`${way}: what may be used is reserved at once, by a plain estimate`] = async (kit) => {
    const router = pair(kit, { tpm: 1_000 });
    // About 25 for the request, and 400 for its answer: two fit.
    assert.deepEqual(await atOnce(3, call, router, { max_tokens: 400 }), ["one", "one", "two"]);
    // The newer name goes first, and each choice counts.
    const other = pair(kit, { otpm: 1_000 });
    assert.deepEqual(await atOnce(3, call, other, { max_completion_tokens: 250, max_tokens: 9, n: 2 }), ["one", "one", "two"]);
  };

  tokens[`${way}: what the answers tell takes the place of what was reserved`] = async (kit) => {
    const router = pair(kit, { tpm: 1_000 });
    const told = way === "completion" ? {} : { stream_options: { include_usage: true } };
    for (let n = 0; n < 8; n += 1) assert.equal(await call(router, { max_tokens: 400, ...told }), "one");
  };

  tokens[`${way}: a request that sets no bound is not shut out by a guess`] = async (kit) => {
    const router = pair(kit, { tpm: 400 });
    assert.deepEqual(await atOnce(4, call, router), ["one", "one", "one", "two"]);
  };

  const COUNTERS = {
    "at once": (number) => number,
    "by a promise": async (number) => number,
  };
  for (const [how, answer] of Object.entries(COUNTERS)) {
    tokens[`${way}: the host counts, ${how}`] = async (kit) => {
      const asked = [];
      const router = pair(kit, { itpm: 1_000 }, { tokenCounter: (request) => answer((asked.push(request), 600)) });
      const stream = way === "completion" ? {} : { stream: true };
      assert.deepEqual(await atOnce(2, call, router, { fallbacks: ["one"] }), ["one", "two"]);
      assert.equal(asked.length, 2);
      const { fallbacks, ...rest } = asked[0];
      assert.deepEqual(rest, { ...CHAT, ...stream });
    };
  }

  const FAILURES = {
    "it throws": () => {
      throw new Error("no idea");
    },
    "its promise fails": async () => {
      throw new Error("no idea");
    },
    "it gives no number": () => Number.NaN,
    "it says nothing": () => new Promise(() => {}),
  };
  for (const [what, tokenCounter] of Object.entries(FAILURES)) {
    tokens[`${way}: an estimate, where the host's counter fails: ${what}`] = async (kit) => {
      // Its second passes at once; no time limit of a call does.
      const sleep = (ms) => (ms === 1_000 ? Promise.resolve() : new Promise(() => {}));
      const router = pair(kit, { tpm: 1_000 }, { tokenCounter, sleep });
      assert.deepEqual(await atOnce(3, call, router, { max_tokens: 400 }), ["one", "one", "two"]);
    };
  }

  tokens[`${way}: nobody is asked where no limit counts tokens`] = async (kit) => {
    const tokenCounter = () => assert.fail("asked for nothing");
    for (const [params, config] of [[{ rpm: 9 }, HARD], [{ tpm: 9 }, { limit_mode: "soft" }], [{}, HARD]]) {
      assert.equal(await call(pair(kit, params, { config, tokenCounter })), "one");
    }
  };
}

tokens["an embedding reserves no answer"] = async (kit) => {
  const router = pair(kit, { tpm: 150 });
  const answers = await Promise.all([1, 2].map(() => router.embedding({ model: CHAT.model, input: "x ".repeat(200) })));
  assert.deepEqual(answers.map((answer) => answer._hidden_params.model_id), ["one", "two"]);
};

tokens["what is no function is refused at once"] = async (kit) => {
  assert.throws(() => pair(kit, {}, { tokenCounter: 7 }), (error) => error instanceof kit.ConfigError && error.problems[0].path === "host.tokenCounter");
};

tokens["the size of a call that could not begin is not the next one's"] = async (kit) => {
  let held;
  const one = kit.provider("one");
  const fetch = (url, init) => {
    held = router.snapshot().deployments[0].usage;
    return one.fetch(url, init);
  };
  const router = kit.router({ model_list: [deployment("one", { rpm: 100 })] }, { fetch });
  const wrong = { ...CHAT, max_tokens: 4_000, routing_strategy: "cost-based-routing", num_retries: "many" };
  assert.ok((await rejection(router.completion(wrong))) instanceof kit.BadRequestError);
  await router.completion(CHAT);
  assert.deepEqual(held, { requests: 1, input_tokens: 0, output_tokens: 0 });
};
