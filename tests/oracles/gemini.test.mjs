/**
 * Recordings of Google's Gemini: what the router makes of them is what Google's own client makes of them, however the bytes
 * are cut on their way.
 */

import assert from "node:assert/strict";
import OpenAI from "openai";
import { decode, encode } from "../js/support/upstream.js";
import { describe, run, test } from "./apart.mjs";
import { geminiExchanges } from "./exchanges.mjs";
import { answersOf, readingOf } from "./genai.mjs";
import { argumentsOf, readingsOf } from "./readings.mjs";
import { atRandom, byteByByte, replaying } from "./replay.mjs";
import { chunksOf, clientOf, completionOf, embeddingsOf, eventsOf, finalOf } from "./routed.mjs";

const exchanges = geminiExchanges();
const isEmbedding = ({ method }) => method === "batchEmbedContents";
const streams = exchanges.filter(({ isStream }) => isStream);
const modelOf = ({ model }) => `gemini/${model}`;

/** Byte by byte only what is not a picture of megabytes. */
const splits = ({ bytes }) => [undefined, atRandom(1), ...(bytes.length < 100_000 ? [byteByByte] : [])];

/** A completion as `readingOf` reads Google's answers. */
function readingIn(completion) {
  const [{ text, reasoning, toolCalls, finishReason, usage }] = readingsOf(completion);
  const { images = [], tool_calls: calls = [] } = completion.choices[0].message;
  return {
    ...{ text, reasoning, finishReason },
    toolCalls: toolCalls.map(({ name, arguments: args }) => ({ name, arguments: args })),
    signatures: calls.map(({ id }) => id.split("__thought__")[1]),
    images: images.map(({ image_url: { url } }) => url),
    usage: usage && { ...usage, reasoning: completion.usage.completion_tokens_details.reasoning_tokens },
  };
}

describe("what is recorded of Gemini", () => {
  test("there are recordings of every kind", () => {
    assert.equal(exchanges.length, 78);
    assert.equal(streams.length, 17);
    assert.equal(exchanges.filter(isEmbedding).length, 5);
  });
});

describe("answers of Gemini's", () => {
  for (const exchange of exchanges.filter((exchange) => !exchange.isStream && !isEmbedding(exchange))) {
    test(`${exchange.name}: the answer is what the provider's client reads`, async () => {
      const expected = readingOf(await answersOf(exchange));
      for (const split of splits(exchange)) {
        assert.deepEqual(readingIn(await completionOf(modelOf(exchange), replaying(exchange, split))), expected);
      }
    });
  }
});

describe("embeddings of Gemini's", () => {
  for (const exchange of exchanges.filter(isEmbedding)) {
    test(`${exchange.name}: the vectors are those that the provider's client reads`, async () => {
      const [{ embeddings }] = await answersOf(exchange);
      // The client drops what is counted.
      const { usageMetadata } = JSON.parse(decode(exchange.bytes));
      const expected = embeddings.map(({ values }) => values);
      const plain = await embeddingsOf(modelOf(exchange), replaying(exchange, atRandom(1)));
      assert.deepEqual(plain.data.map(({ embedding }) => embedding), expected);
      assert.equal(plain.usage?.prompt_tokens, usageMetadata?.promptTokenCount);
      // OpenAI's client asks for base64 by itself.
      const decoded = await clientOf(modelOf(exchange), replaying(exchange), (fetch) =>
        new OpenAI({ apiKey: "-", maxRetries: 0, fetch }).embeddings.create({ model: "group", input: "a" }),
      );
      const single = (values) => Array.from(Float32Array.from(values));
      assert.deepEqual(decoded.data.map(({ embedding }) => single(embedding)), expected.map(single));
    });
  }
});

describe("streams of Gemini's", () => {
  for (const exchange of streams) {
    const model = modelOf(exchange);

    test(`${exchange.name}: the chunks are the same, however the bytes arrive`, async () => {
      const chunks = await chunksOf(model, replaying(exchange));
      for (const split of [...splits(exchange), atRandom(2)]) {
        assert.deepEqual(await chunksOf(model, replaying(exchange, split)), chunks);
        const events = await eventsOf(model, replaying(exchange, split));
        assert.equal(events.pop(), "[DONE]");
        assert.deepEqual(events.map((data) => JSON.parse(data)), chunks);
      }
    });

    test(`${exchange.name}: assembled, it is what the provider's client reads`, async () => {
      assert.deepEqual(readingIn(await finalOf(model, replaying(exchange))), readingOf(await answersOf(exchange)));
    });

    test(`${exchange.name}: OpenAI's client assembles the same over fetch`, async () => {
      const ask = { model: "group", messages: [], stream_options: { include_usage: true } };
      const final = await clientOf(model, replaying(exchange), (fetch) =>
        new OpenAI({ apiKey: "-", maxRetries: 0, fetch }).chat.completions.stream(ask).finalChatCompletion(),
      );
      const { reasoning: _, images: __, ...expected } = readingOf(await answersOf(exchange));
      const { reasoning: ___, images: ____, ...found } = readingIn(final);
      assert.deepEqual(found, expected);
    });

    test(`${exchange.name}: assembled, it is the answer that would have come at once`, async () => {
      const answers = (await answersOf(exchange)).map((answer) => JSON.parse(JSON.stringify(answer)));
      const parts = answers.flatMap(({ candidates }) => candidates?.[0].content?.parts ?? []);
      const whole = { ...answers.at(-1), candidates: [{ ...answers.at(-1).candidates[0], content: { parts } }] };
      const atOnce = { ...exchange, isStream: false, contentType: "application/json", bytes: encode(JSON.stringify(whole)) };
      const [final, completion] = [await finalOf(model, replaying(exchange)), await completionOf(model, replaying(atOnce))];
      assert.deepEqual(readingIn(final), readingIn(completion));
      for (const name of ["id", "object", "created", "model"]) assert.equal(final[name], completion[name], name);
    });

    // Google's client gives what has come and tells of nothing; a router may not pass a part for the whole.
    test(`${exchange.name}: without its last event it is an error`, async () => {
      const text = decode(exchange.bytes);
      const from = text.lastIndexOf("data: ", text.lastIndexOf('"finishReason"'));
      const cut = { ...exchange, bytes: encode(text.slice(0, from)) };
      await assert.rejects(finalOf(model, replaying(cut)), { name: "APIError", side: "upstream" });
    });
  }
});

describe("calls of Gemini's", () => {
  test("arguments are JSON, and ids are nobody else's", async () => {
    const ids = new Set();
    let calls = 0;
    for (const exchange of exchanges.filter((exchange) => !isEmbedding(exchange))) {
      const ask = exchange.isStream ? finalOf : completionOf;
      const { choices } = await ask(modelOf(exchange), replaying(exchange));
      for (const { id, function: called } of choices[0].message.tool_calls ?? []) {
        assert.equal(typeof argumentsOf(called.arguments), "object");
        ids.add(id);
        calls += 1;
      }
    }
    assert.ok(calls >= 10, String(calls));
    assert.equal(ids.size, calls);
  });
});

run(import.meta.url);
