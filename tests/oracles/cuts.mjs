/** A stream that is cut off at a byte: what may come of it, and what the router makes of it. */

import assert from "node:assert/strict";
import { importPacked } from "../js/pack.mjs";
import { CHAT_URL, post } from "../js/support/kit.js";
import { arriving, atRandom, whole } from "./replay.mjs";
import { STREAM } from "./routed.mjs";
import { eventsIn, saidIn } from "./readings.mjs";

const { Router, RouterError } = await importPacked();

const isText = (value) => typeof value === "string" && value !== "";

/** What an event's data means for the end of a stream, by the shape of the stream. */
const SHAPES = {
  openai: {
    isContent: ({ choices = [] }) =>
      choices.some(({ delta = {} }) => isText(delta.content) || isText(delta.refusal) || delta.tool_calls?.length > 0),
    isEnd: ({ choices = [] }) => choices.some(({ finish_reason }) => finish_reason),
    isDone: (data) => data === "[DONE]",
  },
  anthropic: {
    isContent: ({ type, content_block: block, delta }) =>
      (type === "content_block_start" && block.type === "tool_use") ||
      (type === "content_block_delta" && [delta.text, delta.thinking, delta.partial_json].some(isText)),
    isEnd: ({ type }) => type === "message_stop",
    isDone: ({ type }) => type === "message_stop",
  },
  gemini: {
    isContent: ({ candidates: [{ content }] }) => content.parts.some(({ text, functionCall }) => isText(text) || functionCall),
    isEnd: ({ candidates: [{ finishReason }] }) => finishReason,
    isDone: ({ candidates: [{ finishReason }] }) => finishReason,
  },
};

/**
 * How many bytes must have come until there is content, until the end of the answer is known, and until the stream is
 * over. From `isSaid` on only the blank line after the last event is missing.
 * @param {keyof typeof SHAPES} shape
 * @param {Uint8Array} bytes with line feeds only
 */
export function marksOf(shape, bytes) {
  const text = Buffer.from(bytes).toString("latin1");
  const found = {};
  for (let from = 0; from < text.length; ) {
    const blank = text.indexOf("\n\n", from);
    assert.notEqual(blank, -1, "the last event has no blank line");
    const [, data] = /^data: (.*)$/m.exec(text.slice(from, blank));
    const value = data.startsWith("{") ? JSON.parse(data) : data;
    from = blank + 2;
    for (const [mark, is] of Object.entries(SHAPES[shape])) {
      if (found[mark] === undefined && is(value)) found[mark] = { complete: from, isSaid: blank };
    }
  }
  const { isContent, isEnd, isDone } = found;
  // It has no terminator: only the clean end of its bytes is one.
  if (shape === "gemini") return { content: isContent.complete, end: bytes.length, isSaid: Infinity, done: bytes.length };
  return { content: isContent.complete, end: isEnd.complete, isSaid: isDone.isSaid, done: isDone.complete };
}

/**
 * What may come of a stream of which `length` bytes arrive: "other" is an answer of the second deployment, "error" a
 * failure that is told, "whole" the whole answer with a clean end. Nothing else is ever allowed.
 */
export function allowed(marks, length) {
  if (length < marks.content) return ["other"];
  if (length >= marks.isSaid) return ["whole"];
  // Once the end is known nothing of the answer is missing, but something beside it may be: usage, or the terminator.
  return length < marks.end ? ["error"] : ["error", "whole"];
}

/**
 * Two deployments: of what "one" sends only the beginning arrives; "two" sends all.
 * @param {string} model
 * @param {import("./exchanges.mjs").Exchange} exchange
 */
export function cutOff(model, { bytes, contentType, status }) {
  let cut = { length: 0, end: "close" };
  const fetch = async (input) => {
    const isFirst = new URL(input.url ?? input).hostname === "one.test";
    // Sometimes at once and sometimes in pieces, so that the cut is met at every stage of reading.
    const split = cut.length % 2 === 0 ? whole : atRandom(cut.length);
    const body = isFirst ? arriving(split(bytes.subarray(0, cut.length)), cut.end) : arriving([bytes]);
    return new Response(body, { status, headers: { "content-type": contentType } });
  };
  const deployment = (name, order) => ({
    model_name: "group",
    litellm_params: { model, api_key: "sk-ant-test", api_base: `https://${name}.test`, order },
    model_info: { id: name },
  });
  const model_list = [deployment("one", 1), deployment("two", 2)];
  const router = new Router({ model_list, num_retries: 1, disable_cooldowns: true }, { fetch, seed: 1 });
  return {
    /** What comes of it in one of the ways, and what was said until then. */
    async outcome(way, length, end) {
      cut = { length, end };
      return ways[way](router);
    },
    free: () => router.free(),
  };
}

const ways = {
  async objects(router) {
    const stream = await router.completion(STREAM);
    const by = stream._hidden_params.model_id;
    const chunks = [];
    try {
      for await (const chunk of stream) chunks.push(chunk);
    } catch (error) {
      assert.ok(error instanceof RouterError, error.stack);
      assert.match(error.name, /^(APIError|APIConnectionError)$/);
      assert.deepEqual([error.side, error.deployment], ["upstream", "one"]);
      return { by, outcome: "error", said: saidIn(chunks) };
    }
    return { by, outcome: by === "one" ? "whole" : "other", said: saidIn(chunks) };
  },

  async fetch(router) {
    const response = await router.fetch(CHAT_URL, post(STREAM));
    const by = response.headers.get("x-switchman-model-id");
    const text = await response.text();
    assert.equal(response.status, 200, text);
    const events = eventsIn(text);
    const isOver = events.at(-1) === "[DONE]";
    const last = JSON.parse(events.at(isOver ? -2 : -1));
    if (!last.error) {
      const chunks = events.slice(0, isOver ? -1 : undefined).map((data) => JSON.parse(data));
      return { by, outcome: by === "one" ? "whole" : "other", said: saidIn(chunks) };
    }
    assert.match(last.error.code, /^(bad_reply|connection_error)$/);
    assert.ok(!isOver, text);
    return { by, outcome: "error" };
  },
};

export const WAYS = Object.keys(ways);
