/**
 * POST /v1/messages: a whole message, or the same as a stream; POST /v1/messages/count_tokens: what it would cost.
 */

import { eventsReply, jsonReply } from "../reply.js";
import { exampleOf } from "../schema.js";
import { countTokens, pieces, spoken } from "../text.js";
import { Refusal } from "./errors.js";
import { countMistake, messagesMistake } from "./request.js";
import { eventsOf } from "./stream.js";
import { isThinking, thinkingBlock } from "./thinking.js";
import { chosenTool, toolUse } from "./tools.js";
import { begunIn } from "./turns.js";

/** Tokens a message costs beside its text. */
const TOKENS_PER_MESSAGE = 4;

/** @typedef {import("../dialect.js").Settings} Settings */
/** @typedef {import("../index.js").Call} Call */
/** @typedef {{ stop_reason: string, stop_sequence: string | null }} Ending */

/**
 * @param {Call} call
 * @param {Settings} settings
 * @returns {Promise<import("../reply.js").Reply | Refusal>}
 */
export async function messagesReply(call, settings) {
  const request = call.body;
  const mistake = messagesMistake(request, call.headers, settings);
  if (mistake !== undefined) return new Refusal(400, mistake);

  const { content, ending } = await answerTo(request, call, settings);
  const usage = usageOf(request, content, settings);
  const message = {
    model: request.model,
    id: `msg_${plain(settings.name)}_${call.n}`,
    type: "message",
    role: "assistant",
    content,
    ...ending,
    stop_details: null,
    container: null,
    diagnostics: null,
    ...(usage && { usage }),
  };
  if (!request.stream) return jsonReply(200, message);
  const { events, contentAt } = eventsOf(message);
  return eventsReply(events, contentAt);
}

/**
 * @param {Call} call
 * @returns {import("../reply.js").Reply | Refusal}
 */
export function countReply({ body, headers }) {
  const mistake = countMistake(body, headers);
  return mistake === undefined ? jsonReply(200, { input_tokens: inputTokens(body) }) : new Refusal(400, mistake);
}

/**
 * @param {any} request
 * @param {Call} call
 * @param {Settings} settings
 * @returns {Promise<{ content: import("./stream.js").Block[], ending: Ending }>}
 */
async function answerTo(request, call, settings) {
  // No token may be spoken: such a request only fills the cache.
  if (request.max_tokens === 0) return { content: [], ending: { stop_reason: "max_tokens", stop_sequence: null } };
  const thoughts = isThinking(request) ? [thinkingBlock(request, settings.name)] : [];
  const begun = begunIn(request.messages);
  const tool = begun === "" ? chosenTool(request) : undefined;
  if (tool) {
    const use = toolUse(tool, `toolu_${plain(settings.name)}_${call.n}`, settings.name);
    return { content: [...thoughts, use], ending: { stop_reason: "tool_use", stop_sequence: null } };
  }
  const whole = await spoken(call, settings, begun, shapeOf(request));
  const { text, ending } = stopped(whole, request, Math.max(0, request.max_tokens - outputTokens(thoughts)));
  return { content: [...thoughts, ...(text === "" ? [] : [{ type: "text", text, citations: null }])], ending };
}

/** @param {any} request @returns {((said: string) => unknown) | undefined} */
function shapeOf({ output_config: config, output_format: old }) {
  const format = config?.format ?? old;
  return format == null ? undefined : (said) => exampleOf(format.schema, said);
}

/**
 * How far a text comes: to the first stop sequence, or as far as its tokens allow.
 * @param {string} whole
 * @param {any} request
 * @param {number} most tokens
 * @returns {{ text: string, ending: Ending }}
 */
function stopped(whole, { stop_sequences: stops }, most) {
  const found = (stops ?? [])
    .map((/** @type {string} */ stop) => ({ stop, at: whole.indexOf(stop) }))
    .filter((/** @type {{ at: number }} */ { at }) => at >= 0)
    .sort((/** @type {{ at: number }} */ a, /** @type {{ at: number }} */ b) => a.at - b.at)[0];
  const text = found ? whole.slice(0, found.at) : whole;
  if (countTokens(text) > most) return { text: opening(text, most), ending: { stop_reason: "max_tokens", stop_sequence: null } };
  return { text, ending: { stop_reason: found ? "stop_sequence" : "end_turn", stop_sequence: found ? found.stop : null } };
}

/** As many words as so many tokens allow. @param {string} text @param {number} most */
function opening(text, most) {
  let said = "";
  for (const piece of pieces(text)) {
    if (countTokens(said + piece) > most) break;
    said += piece;
  }
  return said;
}

/**
 * @param {any} request
 * @param {import("./stream.js").Block[]} content
 * @param {Settings} settings
 * @returns {object | undefined}
 */
function usageOf(request, content, { usage }) {
  if (usage !== undefined) return usage || undefined;
  return {
    input_tokens: inputTokens(request),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens(content),
    output_tokens_details: { thinking_tokens: outputTokens(content.filter(({ type }) => type === "thinking")) },
    server_tool_use: null,
    service_tier: "standard",
    inference_geo: null,
    speed: null,
  };
}

/** @param {any} request */
function inputTokens({ system, tools, messages }) {
  const said = messages.map((/** @type {any} */ { content }) => TOKENS_PER_MESSAGE + countTokens(textOf(content)));
  return said.reduce(
    (/** @type {number} */ sum, /** @type {number} */ tokens) => sum + tokens,
    countTokens(textOf(system)) + countTokens(textOf(tools)),
  );
}

/** @param {import("./stream.js").Block[]} content */
const outputTokens = (content) =>
  content.reduce((sum, { text, thinking, input }) => sum + countTokens(text ?? thinking ?? JSON.stringify(input)), 0);

/** The text of a content, whatever its shape. @param {unknown} content */
const textOf = (content) => (typeof content === "string" ? content : JSON.stringify(content ?? ""));

/** A name as it may stand in an id. @param {string} name */
const plain = (name) => name.replace(/[^a-zA-Z0-9_-]/g, "_");
