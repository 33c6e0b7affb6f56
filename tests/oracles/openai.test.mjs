/**
 * Recordings of OpenAI's own shape: how the bytes are cut on their way changes nothing, and what we put together is what
 * the provider's client puts together.
 */

import assert from "node:assert/strict";
import OpenAI from "openai";
import { decode, encode, event } from "../js/support/upstream.js";
import { describe, run, test } from "./apart.mjs";
import { openaiExchanges } from "./exchanges.mjs";
import { handwritten } from "./handwritten.mjs";
import { eventsIn, readingsOf } from "./readings.mjs";
import { atRandom, byteByByte, replaying } from "./replay.mjs";
import { chunksOf, completionOf, eventsOf, finalOf } from "./routed.mjs";

const MODEL = "openai/model";
const exchanges = [...openaiExchanges(), ...handwritten()];
const streams = exchanges.filter(({ isStream }) => isStream);

const client = (exchange) => new OpenAI({ apiKey: "-", maxRetries: 0, fetch: replaying(exchange) });
const ASK = { model: "m", messages: [] };

/** Servers that name no role; the client's own assembling insists on one. */
const WITHOUT_ROLE = /^groq /;

/** The usage that Groq tells beside its chunks, where the client does not look. */
const usageBeside = ({ bytes }) =>
  eventsIn(decode(bytes)).slice(0, -1).map((data) => JSON.parse(data)).findLast((chunk) => chunk.x_groq?.usage)?.x_groq.usage;

/** What the provider's client assembles of a stream. */
async function assembledByClient(exchange) {
  let { bytes } = exchange;
  if (WITHOUT_ROLE.test(exchange.name)) {
    const role = event({ choices: [{ index: 0, delta: { role: "assistant" }, finish_reason: null }] });
    bytes = encode(role + decode(bytes));
  }
  const completion = await client({ ...exchange, bytes }).chat.completions.stream(ASK).finalChatCompletion();
  return { ...completion, usage: completion.usage ?? usageBeside(exchange) };
}

/** The client does not put reasoning together: it has no such field. */
const withoutReasoning = (readings) => readings.map(({ reasoning: _, ...rest }) => rest);

/** All that the recorded chunks say under one of the names of reasoning. */
const recordedReasoning = ({ bytes }) =>
  eventsIn(decode(bytes)).slice(0, -1).map((data) => JSON.parse(data).choices[0]?.delta.reasoning ?? "").join("");

describe("what is recorded", () => {
  test("there are recordings of every kind", () => {
    assert.equal(streams.length, 8);
    assert.equal(exchanges.length, 12);
  });
});

describe("streams of OpenAI's shape", () => {
  for (const exchange of streams) {
    test(`${exchange.name}: the events over fetch are the recorded ones, however the bytes arrive`, async () => {
      const recorded = eventsIn(decode(exchange.bytes));
      assert.equal(recorded.at(-1), "[DONE]");
      for (const split of [undefined, byteByByte, atRandom(1), atRandom(2), atRandom(3)]) {
        assert.deepEqual(await eventsOf(MODEL, replaying(exchange, split)), recorded);
      }
    });

    test(`${exchange.name}: the chunks are the recorded ones, however the bytes arrive`, async () => {
      const recorded = eventsIn(decode(exchange.bytes)).slice(0, -1).map((data) => JSON.parse(data));
      for (const split of [undefined, byteByByte, atRandom(4), atRandom(5), atRandom(6)]) {
        assert.deepEqual(await chunksOf(MODEL, replaying(exchange, split)), recorded);
      }
    });

    test(`${exchange.name}: assembled, it is what the provider's client assembles`, async () => {
      const expected = await assembledByClient(exchange);
      const actual = await finalOf(MODEL, replaying(exchange));
      assert.deepEqual(withoutReasoning(readingsOf(actual)), withoutReasoning(readingsOf(expected)));
      assert.equal(readingsOf(actual)[0].reasoning, recordedReasoning(exchange));
      assert.equal(actual.model, expected.model);
      assert.equal(actual.object, "chat.completion");
    });

    test(`${exchange.name}: assembled, it is the answer that would have come at once`, async () => {
      const atOnce = { ...exchange, bytes: encode(JSON.stringify(await assembledByClient(exchange))) };
      const expected = await completionOf(MODEL, replaying({ ...atOnce, contentType: "application/json" }));
      const actual = await finalOf(MODEL, replaying(exchange));
      assert.deepEqual(withoutReasoning(readingsOf(actual)), withoutReasoning(readingsOf(expected)));
    });
  }
});

describe("answers of OpenAI's shape", () => {
  for (const exchange of exchanges.filter(({ isStream }) => !isStream)) {
    test(`${exchange.name}: the answer is what the provider's client reads`, async () => {
      const expected = await client(exchange).chat.completions.create(ASK);
      for (const split of [undefined, byteByByte, atRandom(7)]) {
        const { model_used, _response_ms, ...actual } = await completionOf(MODEL, replaying(exchange, split));
        assert.equal(model_used, MODEL);
        assert.deepEqual(actual, JSON.parse(JSON.stringify(expected)));
      }
    });
  }
});

run(import.meta.url);
