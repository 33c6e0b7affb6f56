/** What a fallback replaces of a request: its members, for its own sends alone. */

import assert from "node:assert/strict";
import { DIALECTS, modelOf } from "../support/dialects.js";
import { CHAT, CHAT_URL, GROUP, all, deployment, fetchOf, post } from "../support/kit.js";

export const overrides = {};

const REPLACED = { temperature: 0, max_tokens: 7, messages: [{ role: "user", content: "Say less, äöü." }] };

/** What the caller asks: some of it is replaced, and one of it stands there twice over `fetch`. */
const ASKED = { ...CHAT, temperature: 0.7, user: "u1", stop: ["x"] };

/** Every way to call. `options`: beside the request, or in it where it goes over `fetch`. */
const WAYS = {
  completion: (router, options) => router.completion(ASKED, options),
  "completion, streamed": async (router, options) => all(await router.completion({ ...ASKED, stream: true }, options)),
  fetch: (router, options) => fetched(router, JSON.stringify({ ...ASKED, ...options })),
  "fetch, streamed": (router, options) => fetched(router, JSON.stringify({ ...ASKED, ...options, stream: true })),
  "fetch, with a name twice": (router, options) =>
    fetched(router, JSON.stringify({ ...ASKED, ...options }).replace("{", '{ "temp\\u0065rature" : 1,"n":1,')),
  "fetch, with a long text in other letters": (router, options) =>
    fetched(router, JSON.stringify({ ...ASKED, ...options, metadata: { note: "ä".repeat(5_000) } })),
};

async function fetched(router, body) {
  const response = await router.fetch(CHAT_URL, post(body));
  assert.equal(response.status, 200, await response.clone().text());
  await response.text();
}

/** The group, then "b" with replacements, then "c" without; the first two fail. */
function chain(kit, dialect, config) {
  const [one, two, three] = [["one"], ["two", dialect], ["three", dialect]].map(([name, dialect]) => kit.provider(name, { dialect }));
  one.setFaults({ status: 500 });
  two.setFaults({ status: 500 });
  const model = (name) => ({ model: modelOf(dialect, name) });
  const model_list = [
    deployment("one"),
    deployment("two", { ...model("two"), temperature: 0.1, top_p: 0.9 }, "b"),
    deployment("three", model("three"), "c"),
  ];
  const router = kit.router(
    { model_list, num_retries: 0, ...config },
    { fetch: fetchOf(one, two, three), seed: 1, trustRequestOptions: true },
  );
  return { router, one, two, three };
}

/** The bodies that a provider saw, by the names that OpenAI's dialect gives. */
const seen = ({ calls }) => calls.map(({ body }) => (body.contents ? inOtherWords(body) : body));

/** Google's body. */
function inOtherWords({ contents, generationConfig }) {
  const { temperature, topP: top_p, maxOutputTokens: max_tokens, stopSequences: stop } = generationConfig;
  return { temperature, top_p, max_tokens, stop, messages: contents.map(({ parts }) => ({ content: parts })) };
}

const textOf = ({ messages }) => {
  const { content } = messages.at(-1);
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
};

const FALLBACKS = [{ model: "b", ...REPLACED }, "c"];
const SOURCES = {
  "the config's": { config: { fallbacks: [{ [GROUP]: FALLBACKS }] }, options: {} },
  "the call's own": { config: {}, options: { fallbacks: FALLBACKS } },
};

for (const dialect of DIALECTS) {
  for (const [source, { config, options }] of Object.entries(SOURCES)) {
    for (const [way, call] of Object.entries(WAYS)) {
      overrides[`s75 ${way}: ${source}, and they count for that target alone (${dialect})`] = async (kit) => {
        const { router, one, two, three } = chain(kit, dialect, config);
        await call(router, options);
        for (const body of seen(one)) assert.deepEqual([body.temperature, textOf(body)], [0.7, textOf(CHAT)]);
        assert.equal(two.calls.length, 1);
        const [body] = seen(two);
        for (const { text } of two.calls) {
          assert.deepEqual([body.temperature, body.max_tokens, textOf(body), body.top_p], [0, 7, textOf(REPLACED), 0.9]);
          assert.deepEqual(body.stop ?? body.stop_sequences, ["x"]);
          assert.equal(text.match(/"temperature"|temp\\u0065rature/g).length, 1, text);
          assert.equal(text.match(/"messages"|"contents"/g).length, 1, text);
          assert.ok(!text.includes("fallbacks"));
        }
        const [last] = seen(three);
        assert.deepEqual([last.temperature, textOf(last)], [0.7, textOf(CHAT)]);
        if (dialect === "openai") assert.equal("max_tokens" in last, false);
      };
    }
  }
}

overrides["a stream that is gone on with elsewhere: the text so far stands behind the messages that count there"] = async (kit) => {
  const [one, two] = [kit.provider("one"), kit.provider("two", { continues: true })];
  one.setFaults({ cut: { afterEvents: 4 } });
  const model_list = [deployment("one"), deployment("two", {}, "b")];
  model_list[1].model_info.supports_assistant_prefill = true;
  const fallbacks = [{ [GROUP]: [{ model: "b", messages: REPLACED.messages }] }];
  const config = { model_list, fallbacks, mid_stream: "continue", num_retries: 0 };
  const router = kit.router(config, { fetch: fetchOf(one, two), seed: 1 });
  await all(await router.completion({ ...CHAT, stream: true }));
  await fetched(router, JSON.stringify({ ...CHAT, stream: true }));
  for (const { body } of two.calls) {
    assert.equal(body.messages.length, 2);
    assert.deepEqual(body.messages[0], REPLACED.messages[0]);
    assert.equal(body.messages[1].role, "assistant");
    assert.ok(body.messages[1].content.startsWith("Hello from one"));
  }
  assert.equal(two.calls.length, 2);
};
