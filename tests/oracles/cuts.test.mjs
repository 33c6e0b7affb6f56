/**
 * Recorded streams, cut off at every byte there is: nobody may ever take a part for the whole. Before the first content
 * another deployment answers; after it the failure is told; after the last event nothing is missing.
 */

import assert from "node:assert/strict";
import { describe, run, test } from "./apart.mjs";
import { decode, encode } from "../js/support/upstream.js";
import { anthropicExchanges, geminiExchanges, openaiExchanges } from "./exchanges.mjs";
import { handwritten } from "./handwritten.mjs";
import { allowed, cutOff, marksOf, WAYS } from "./cuts.mjs";
import { saidIn } from "./readings.mjs";
import { replaying } from "./replay.mjs";
import { chunksOf } from "./routed.mjs";

const named = (exchanges, name) => exchanges.find((exchange) => exchange.name === name);

/** A text, a tool call, and thinking before a text. */
const ANTHROPIC = ["agent_loop_streaming 2", "agent_loop_streaming 1", "thinking 2"];
/** A text, and thoughts before two tool calls. */
const GEMINI = ["openinference async_streaming_text_content 1", "openinference streaming_reasoning_with_multiple_tool_calls 1"];
const withLineFeeds = (exchange) => ({ ...exchange, bytes: encode(decode(exchange.bytes).replaceAll("\r\n", "\n")) });
const recordedGemini = geminiExchanges();
const [recordedAnthropic, recordedOpenai] = [anthropicExchanges(), openaiExchanges()];

const CUT = [
  ["openai", "openai/model", named(recordedOpenai, "openai streaming_tool_call_v1_v2_parity 1")],
  ["openai", "openai/model", named(handwritten(), "by hand: two choices, of more than ASCII")],
  ...ANTHROPIC.map((name) => ["anthropic", "anthropic/claude-haiku-4-5", named(recordedAnthropic, name)]),
  ...GEMINI.map((name) => ["gemini", "gemini/gemini-3.5-flash", withLineFeeds(named(recordedGemini, name))]),
];

for (const [shape, model, exchange] of CUT) {
  describe(`${exchange.name}, cut off at every byte`, () => {
    for (const end of ["close", "break"]) {
      test(`the connection ${end}s`, () => everywhere(shape, model, exchange, end));
    }
  });
}

/** At each byte in one of the ways, and at bytes beside each other in both. */
async function everywhere(shape, model, exchange, end) {
  const marks = marksOf(shape, exchange.bytes);
  const whole = saidIn(await chunksOf(model, replaying(exchange)));
  const cut = cutOff(model, exchange);
  const seen = { other: 0, error: 0, whole: 0 };
  for (let length = 0; length <= exchange.bytes.length; length += 1) {
    const way = WAYS[(length >> 1) % WAYS.length];
    const { by, outcome, said } = await cut.outcome(way, length, end);
    const where = `${way}, cut after ${length} of ${exchange.bytes.length} bytes: ${outcome}`;
    assert.ok(allowed(marks, length).includes(outcome), where);
    assert.equal(by, outcome === "other" ? "two" : "one", where);
    if (outcome !== "error") assert.deepEqual(said, whole, where);
    seen[outcome] += 1;
  }
  assert.equal(seen.other, marks.content);
  assert.ok(seen.error >= Math.min(marks.end, marks.isSaid) - marks.content);
  assert.ok(seen.whole >= marks.done - marks.isSaid);
  cut.free();
}

run(import.meta.url);
