/** What Anthropic's own client makes of a recorded response, and how a program of OpenAI's shape would read that. */

import Anthropic from "@anthropic-ai/sdk";
import { encode } from "../js/support/upstream.js";
import { replaying } from "./replay.mjs";

const ASK = { model: "claude", max_tokens: 1_000, messages: [{ role: "user", content: "Say something." }] };

/**
 * The message that Anthropic's client gives to a program.
 * @param {import("./exchanges.mjs").Exchange} exchange
 * @returns {Promise<any>}
 */
export async function messageOf(exchange) {
  const anthropic = new Anthropic({ apiKey: "-", maxRetries: 0, fetch: replaying(exchange) });
  const { messages } = exchange.isBeta ? anthropic.beta : anthropic;
  return exchange.isStream ? messages.stream(ASK).finalMessage() : messages.create(ASK);
}

/** A stream's message as the answer that would have come at once. */
export const atOnce = async (exchange) => ({
  ...exchange,
  ...{ isStream: false, contentType: "application/json" },
  bytes: encode(JSON.stringify(await messageOf(exchange))),
});

const FINISH_REASONS = {
  end_turn: "stop",
  stop_sequence: "stop",
  // The turn of a server's tool is not over, but this answer is.
  pause_turn: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  compaction: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/**
 * @param {any} message
 * @returns {import("./readings.mjs").Reading}
 */
export function readingOf({ content, stop_reason, usage }) {
  const blocks = (...types) => content.filter(({ type }) => types.includes(type));
  const finishReason = FINISH_REASONS[stop_reason];
  if (!finishReason) throw new Error(`no finish reason is known for "${stop_reason}"`);
  return {
    text: blocks("text").map(({ text }) => text).join(""),
    reasoning: blocks("thinking").map(({ thinking }) => thinking).join(""),
    toolCalls: blocks("tool_use").map(({ id, name, input }) => ({ id, name, arguments: input })),
    finishReason,
    refusal: null,
    sources: blocks("text").flatMap(sourcesOf).map(({ url, title }) => ({ url, title })),
    thinkingBlocks: blocks("thinking", "redacted_thinking"),
    usage: readUsage(usage),
  };
}

/** What a block of text cites: the web by `url`, results of a search by `source`. A place in a document has no address. */
const sourcesOf = ({ citations }) =>
  (citations ?? [])
    .map(({ url, source, title }) => ({ url: url ?? source, title: title ?? "" }))
    .filter(({ url }) => url !== undefined);

/**
 * Which part of the whole text each cited source stands for.
 * @param {any} message
 */
export const citedIn = ({ content }) =>
  content.filter(({ type }) => type === "text").flatMap((block) => sourcesOf(block).map(() => block.text));

/** The parts of an answer that count, where it tells them: its totals leave the compaction out. */
function counted(usage) {
  const parts = usage.iterations ?? [];
  // Another model answered in place of the first: then the totals are what counts.
  if (parts.some(({ type }) => type === "fallback_message")) return [usage];
  // What an adviser took is billed by itself.
  const own = parts.filter(({ type }) => type === "message" || type === "compaction");
  return own.length > 0 ? own : [usage];
}

/** What was read from and written to the cache is not in `input_tokens`, but is in `prompt_tokens`. */
function readUsage(usage) {
  const sum = (name) => counted(usage).reduce((total, part) => total + (part[name] ?? 0), 0);
  const cached = sum("cache_read_input_tokens");
  const prompt = sum("input_tokens") + sum("cache_creation_input_tokens") + cached;
  const completion = sum("output_tokens");
  return { prompt, completion, total: prompt + completion, cached };
}
