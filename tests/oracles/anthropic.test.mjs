/**
 * Recordings of Anthropic's Messages: what the router makes of them is what Anthropic's own client makes of them, however
 * the bytes are cut on their way.
 */

import assert from "node:assert/strict";
import OpenAI from "openai";
import { decode, encode } from "../js/support/upstream.js";
import { describe, run, test } from "./apart.mjs";
import { answersForAnother, closed, expectedOf, hasBrokenArguments } from "./differences.mjs";
import { anthropicExchanges } from "./exchanges.mjs";
import { readingsOf } from "./readings.mjs";
import { atRandom, byteByByte, replaying } from "./replay.mjs";
import { chunksOf, clientOf, completionOf, eventsOf, finalOf } from "./routed.mjs";
import { atOnce, citedIn, messageOf } from "./sdk.mjs";

const exchanges = anthropicExchanges();
const streams = exchanges.filter(({ isStream }) => isStream);
const modelOf = ({ request }) => `anthropic/${request?.model ?? "claude-haiku-4-5-20251001"}`;

describe("what is recorded", () => {
  test("there are recordings of every kind", () => {
    assert.equal(exchanges.length, 81);
    assert.equal(streams.length, 37);
  });
});

/** Annotations tell the place of what was cited, in characters. */
function checkPlaces({ choices: [{ message }] }, told) {
  const characters = Array.from(message.content ?? "");
  const places = (message.annotations ?? []).map(({ url_citation: { start_index, end_index } }) => [start_index, end_index]);
  assert.deepEqual(places.map(([from, to]) => characters.slice(from, to).join("")), citedIn(told));
}

describe("answers of Anthropic's", () => {
  for (const exchange of exchanges.filter(({ isStream }) => !isStream)) {
    test(`${exchange.name}: the answer is what the provider's client reads`, async () => {
      const expected = await expectedOf(exchange);
      for (const split of [undefined, byteByByte, atRandom(1)]) {
        const completion = await completionOf(modelOf(exchange), replaying(exchange, split));
        assert.deepEqual(readingsOf(completion), [expected]);
        checkPlaces(completion, await messageOf(exchange));
      }
    });
  }
});

describe("streams of Anthropic's", () => {
  for (const exchange of streams) {
    const model = modelOf(exchange);

    test(`${exchange.name}: the chunks are the same, however the bytes arrive`, async () => {
      const chunks = await chunksOf(model, replaying(exchange));
      for (const split of [byteByByte, atRandom(1), atRandom(2)]) {
        assert.deepEqual(await chunksOf(model, replaying(exchange, split)), chunks);
      }
    });

    test(`${exchange.name}: the events over fetch are those chunks, however the bytes arrive`, async () => {
      const chunks = await chunksOf(model, replaying(exchange));
      for (const split of [undefined, byteByByte, atRandom(3), atRandom(4)]) {
        const events = await eventsOf(model, replaying(exchange, split));
        assert.equal(events.pop(), "[DONE]");
        assert.deepEqual(events.map((data) => JSON.parse(data)), chunks);
      }
    });

    test(`${exchange.name}: assembled, it is what the provider's client assembles`, async () => {
      const final = await finalOf(model, replaying(exchange));
      assert.deepEqual(readingsOf(final), [await expectedOf(exchange)]);
      if (!hasBrokenArguments(exchange)) checkPlaces(final, await messageOf(closed(exchange)));
    });

    test(`${exchange.name}: OpenAI's client assembles the same over fetch`, async () => {
      const ask = { model: "group", messages: [], stream_options: { include_usage: true } };
      const final = await clientOf(model, replaying(exchange), (fetch) =>
        new OpenAI({ apiKey: "-", maxRetries: 0, fetch }).chat.completions.stream(ask).finalChatCompletion(),
      );
      const known = ({ reasoning, sources, thinkingBlocks, ...reading }) => reading;
      assert.deepEqual(readingsOf(final).map(known), [known(await expectedOf(exchange))]);
    });

    test(`${exchange.name}: without its last event it is an error, as for the provider's client`, async () => {
      const text = decode(exchange.bytes);
      const from = text.indexOf("event: message_stop");
      assert.notEqual(from, -1);
      const cut = { ...exchange, bytes: encode(text.slice(0, from)) };
      await assert.rejects(messageOf(cut));
      await assert.rejects(finalOf(model, replaying(cut)), { name: "APIError", side: "upstream" });
      const events = await eventsOf(model, replaying(cut));
      assert.equal(JSON.parse(events.at(-1)).error.code, "bad_reply");
    });
  }

  // A message whose arguments are no JSON has no other form than the stream.
  for (const exchange of streams.filter((exchange) => !hasBrokenArguments(exchange))) {
    test(`${exchange.name}: assembled, it is the answer that would have come at once`, async () => {
      const model = modelOf(exchange);
      const whole = await completionOf(model, replaying(await atOnce(closed(exchange))));
      const final = await finalOf(model, replaying(exchange));
      assert.deepEqual(readingsOf(final), readingsOf(whole));
      const names = ["id", "object", "created", ...(answersForAnother(exchange) ? [] : ["model"])];
      for (const name of names) assert.equal(final[name], whole[name], name);
    });
  }
});

run(import.meta.url);
