/** Many calls at once over one router: nobody gets another's answer, and nothing stays behind. */

import assert from "node:assert/strict";
import { modelOf } from "../support/dialects.js";
import { CHAT_URL, GROUP, eventsIn, post } from "../support/kit.js";

const ROUNDS = 10;
const CALLS = 64;
/** One call in so many is given up. */
const ABORTED = 8;

const request = (text, more) => ({ model: GROUP, messages: [{ role: "user", content: text }], ...more });

/** The ways to call, each from a question to the text of the answer. */
const WAYS = [
  async (router, text, signal) => (await router.completion(request(text), { signal })).choices[0].message.content,
  async (router, text, signal) => {
    let said = "";
    const stream = await router.completion(request(text, { stream: true }), { signal });
    for await (const { choices } of stream) said += choices[0]?.delta.content ?? "";
    return said;
  },
  async (router, text, signal) => {
    const response = await router.fetch(CHAT_URL, post(request(text), { signal }));
    return (await response.json()).choices[0].message.content;
  },
  async (router, text, signal) => {
    const response = await router.fetch(CHAT_URL, post(request(text, { stream: true }), { signal }));
    const events = eventsIn(await response.text());
    assert.equal(events.pop(), "[DONE]");
    return events.map((event) => JSON.parse(event).choices[0]?.delta.content ?? "").join("");
  },
];

/** The text of a message, in whichever dialect. */
const textOf = (content) => (typeof content === "string" ? content : content.map(({ text }) => text).join(""));

/** A provider that answers with the question, a little later each time, and fails now and then. */
const echo = (every) => ({
  reply: ({ body }) => textOf(body.messages[0].content),
  faults: (n) => ({ latencyMs: n % 4, chunkDelayMs: n % 2, ...(n % every === 0 && { status: 500 }) }),
});

/** The same, but in some of its streams the connection breaks after a few words. */
const breaking = (every) => {
  const { reply, faults } = echo(1e9);
  const cut = { afterEvents: 4 };
  return { reply, faults: (n, { body }) => ({ ...faults(n), ...(body.stream && n % every === 0 && { cut }) }) };
};

async function rounds(kit, options) {
  const { router, one, two } = kit.pair({
    first: { order: undefined },
    second: { order: undefined },
    config: { disable_cooldowns: true },
    ...options,
  });
  let given = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const calls = Array.from({ length: CALLS }, async (_, n) => {
      const text = `question ${round}-${n} of a number of words`;
      const controller = n % ABORTED === 0 ? new AbortController() : undefined;
      const said = WAYS[n % WAYS.length](router, text, controller?.signal);
      // Anywhere between the first send and the end: as soon as so many requests have arrived.
      if (controller) one.when(({ calls }) => calls.length > given + n).then(() => controller.abort());
      try {
        assert.equal((await said).trim(), text);
        return "answered";
      } catch (error) {
        assert.equal(error.name, "AbortError", error.stack);
        assert.ok(controller, `call ${n} was given up by nobody`);
        return "aborted";
      }
    });
    const ends = await Promise.all(calls);
    assert.ok(ends.filter((end) => end === "answered").length >= CALLS - CALLS / ABORTED);
    given = one.calls.length;
    await kit.settled();
  }
  assert.ok(one.calls.length + two.calls.length >= ROUNDS * CALLS * 0.9);
  assert.ok(
    [one, two].some(({ calls }) => calls.some(({ aborted, cancelled }) => aborted || cancelled)),
    "no call was given up",
  );
}

export const concurrency = {
  "640 calls, one in eight given up": (kit) => rounds(kit, { one: echo(1e9), two: echo(1e9) }),
  "640 calls, one in eight given up, while one provider in two fails at times": (kit) =>
    rounds(kit, { one: echo(3), two: echo(1e9) }),
  "640 calls, one in eight given up, in two dialects, and what breaks in one is gone on with in the other": (kit) =>
    rounds(kit, {
      one: breaking(2),
      two: { ...echo(1e9), dialect: "anthropic" },
      second: { order: undefined, model: modelOf("anthropic", "two") },
      config: { disable_cooldowns: true, mid_stream: "continue" },
    }),
  "calls of many routers at once": async (kit) => {
    const pairs = Array.from({ length: 16 }, () => kit.pair({ one: echo(2), two: echo(1e9) }));
    const said = pairs.flatMap(({ router }, index) =>
      WAYS.map(async (way, n) => assert.equal((await way(router, `to ${index} in way ${n}`)).trim(), `to ${index} in way ${n}`)),
    );
    await Promise.all(said);
    for (const { one, two } of pairs)
      assert.ok(one.calls.length === 4 && two.calls.length >= 1, `${one.calls.length}, ${two.calls.length}`);
  },
};
