/** Nothing is held back: the provider sends an event only when the reader has the one before. */

import assert from "node:assert/strict";
import { DIALECTS, inWords } from "../support/dialects.js";
import { turn } from "../support/giving-up.js";
import { CHAT_URL, post } from "../support/kit.js";
import { STREAM, mixed, sentenceOf, textOf } from "../support/mixed.js";

export const streamDrip = {};

/** Events before the first content. */
export const QUIET = { openai: 1, anthropic: 3, gemini: 1 };

/** The texts of a sentence, a word each. */
const PIECES = sentenceOf("one").match(/\s*\S+/g);

/** How a stream is read: each `next` gives what came of the text, `undefined` at the end. */
const READERS = {
  async objects(router) {
    const chunks = (await router.completion(STREAM))[Symbol.asyncIterator]();
    return async () => {
      const { done, value } = await chunks.next();
      return done ? undefined : textOf([value]);
    };
  },
  fetch: async (router) => byteReader(await router.fetch(CHAT_URL, post(STREAM))),
  "toResponse()": async (router) => byteReader((await router.completion(STREAM)).toResponse()),
};

/** Reads events over fetch as they come. */
function byteReader(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  return async () => {
    const { done, value } = await reader.read();
    if (done) return undefined;
    const data = [...decoder.decode(value).matchAll(/^data: (\{.*\})$/gm)];
    return textOf(data.map(([, json]) => JSON.parse(json)));
  };
}

/** Resolves once the provider has begun its answer. */
async function begun(provider) {
  await provider.when(({ calls }) => calls.length === 1);
  await turn();
}

for (const dialect of DIALECTS) {
  for (const mid_stream of ["error", "continue"]) {
    for (const [form, open] of Object.entries(READERS)) {
      streamDrip[`${inWords([dialect])}, mid_stream "${mid_stream}", as ${form}: each word is there before the next is sent`] = async (
        kit,
      ) => {
        const { router, one } = mixed(kit, [dialect], { one: { faults: { drip: true } }, config: { mid_stream } });
        const opening = open(router);
        await begun(one);
        // Up to the first content, which the commit waits for; each release lets one event go.
        one.release(QUIET[dialect]);
        const next = await opening;
        let said = "";
        for (const [at, piece] of PIECES.entries()) {
          // Only what was released can be read: if it were held back, this would wait for ever.
          while (said.length < PIECES.slice(0, at + 1).join("").length) said += await next();
          assert.equal(said, PIECES.slice(0, at + 1).join(""), piece);
          one.release();
        }
        one.release(Infinity);
        for (let more = await next(); more !== undefined; more = await next()) assert.equal(more, "");
        assert.ok(one.calls[0].finished);
      };
    }
  }

  streamDrip[`${inWords([dialect])}: nothing is handed on before the first content, and then all of it at once`] = async (kit) => {
    const { router, one } = mixed(kit, [dialect], { one: { faults: { drip: true } } });
    let isThere = false;
    const opening = router.completion(STREAM).finally(() => (isThere = true));
    await begun(one);
    one.release(QUIET[dialect] - 1 || 1);
    await turn();
    if (QUIET[dialect] > 1) {
      assert.equal(isThere, false, "committed before its content");
      one.release();
    }
    const stream = await opening;
    one.release(Infinity);
    assert.equal((await stream.final()).choices[0].message.content, sentenceOf("one"));
  };
}
