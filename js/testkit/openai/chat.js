/**
 * POST /chat/completions: a whole completion, or the same as a stream of chunks.
 */

import { eventsReply, jsonReply } from "../reply.js";
import { exampleOf } from "../schema.js";
import { countTokens, pieces, spoken } from "../text.js";
import { errorReply } from "./errors.js";
import { bendAnswer, bendChunks, bendEvents } from "./quirks.js";
import { event } from "./stream.js";
import { chosenTool, toolCall, toolCallFragments } from "./tools.js";

/** Fixed, so that two runs give the same bytes (2023-11-14). */
export const CREATED = 1_700_000_000;

/** Tokens a message costs beside its text. */
const TOKENS_PER_MESSAGE = 4;

/** @typedef {import("../dialect.js").Settings} Settings */
/** @typedef {import("../index.js").Call} Call */
/** @typedef {{ message: any, deltas: object[], finishReason: string, length: number }} Answer */

/**
 * @param {Call} call
 * @param {Settings} settings
 * @returns {Promise<import("../reply.js").Reply>}
 */
export async function chatReply(call, settings) {
  const request = /** @type {any} */ (call.body);
  const mistake = mistakeIn(request) ?? unknownIn(request, settings);
  if (mistake) return errorReply(400, mistake);

  const { quirks } = settings;
  const answers = await answersTo(request, call, settings);
  const usage = usageOf(request, answers, settings);
  const head = { id: `chatcmpl-${settings.name}-${call.n}`, created: CREATED, model: request.model };
  const tail = { service_tier: "default", system_fingerprint: "fp_fake" };
  if (request.stream) {
    const told = bendChunks(quirks, chunks(request, answers, { ...head, ...tail }, usage), usage);
    const reply = eventsReply([...told, "[DONE]"].map(event));
    return { ...reply, events: bendEvents(quirks, reply.events ?? []) };
  }

  const choices = answers.map(({ message, finishReason }, index) => ({
    index,
    message,
    logprobs: null,
    finish_reason: finishReason,
  }));
  const { id, ...rest } = head;
  return jsonReply(200, bendAnswer(quirks, { id, object: "chat.completion", ...rest, choices, ...(usage && { usage }), ...tail }));
}

/**
 * What OpenAI would refuse, as the fields of its error.
 * @param {any} request
 */
function mistakeIn({ model, messages, stream, stream_options: streamOptions, n, tools, ...rest }) {
  if (typeof model !== "string" || model === "") return { message: "you must provide a model parameter" };
  if (messages === undefined) return missing("messages");
  if (!Array.isArray(messages) || messages.some((message) => typeof message?.role !== "string"))
    return invalid("messages", "an array of messages");
  if (messages.length === 0) return { ...invalid("messages", "a non-empty array"), code: "empty_array" };
  if (streamOptions != null && stream !== true) {
    return { message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param: "stream_options" };
  }
  if (n != null && !(Number.isInteger(n) && n >= 1 && n <= 128)) return invalid("n", "an integer from 1 to 128");
  if (tools != null && !(Array.isArray(tools) && tools.every((tool) => tool?.[tool?.type]?.name)))
    return invalid("tools", "an array of named tools");
  try {
    chosenTool({ tools, messages, ...rest });
  } catch (error) {
    return { message: /** @type {Error} */ (error).message, param: "tool_choice", code: "invalid_value" };
  }
}

/** A member that this server does not know. @param {any} request @param {Settings} settings */
function unknownIn(request, { refuses }) {
  const param = refuses.find((name) => name in request);
  return param && { message: `Unrecognized request argument supplied: ${param}`, param, code: "unknown_parameter" };
}

/** @param {string} param */
export const missing = (param) => ({
  message: `Missing required parameter: '${param}'.`,
  param,
  code: "missing_required_parameter",
});

/** @param {string} param @param {string} expected */
export const invalid = (param, expected) => ({
  message: `Invalid value for '${param}': expected ${expected}.`,
  param,
  code: "invalid_value",
});

/**
 * @param {any} request
 * @param {Call} call
 * @param {Settings} settings
 * @returns {Promise<Answer[]>}
 */
async function answersTo(request, call, settings) {
  const count = request.n ?? 1;
  const begun = settings.continues ? begunIn(request) : "";
  const tool = begun === "" ? chosenTool(request) : undefined;
  if (tool) {
    return Array.from({ length: count }, (_, index) => {
      const suffix = index === 0 ? "" : `-${index}`;
      return toolAnswer(toolCall(tool, `call_${settings.name}-${call.n}${suffix}`, settings.name));
    });
  }
  const text = await spoken(call, settings, begun, shapeOf(request.response_format));
  return Array.from({ length: count }, (_, index) => textAnswer(index === 0 || isJson(request) ? text : `${text} (${index})`));
}

/**
 * The text that the answer goes on from: that of a last message which is the assistant's own.
 * @param {any} request
 * @returns {string}
 */
function begunIn({ messages }) {
  const { role, content } = messages.at(-1);
  if (role !== "assistant") return "";
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((part) => part?.text ?? "").join("") : "";
}

/** @param {any} format @returns {((said: string) => unknown) | undefined} */
function shapeOf(format) {
  if (format?.type === "json_object") return (said) => ({ reply: said });
  if (format?.type === "json_schema") return (said) => exampleOf(format.json_schema?.schema ?? { type: "object" }, said);
}

/** @param {any} request */
const isJson = ({ response_format: format }) => format?.type === "json_object" || format?.type === "json_schema";

/** @param {string} content @returns {Answer} */
function textAnswer(content) {
  return {
    message: { role: "assistant", content, refusal: null, annotations: [] },
    deltas: [{ role: "assistant", content: "", refusal: null }, ...pieces(content).map((piece) => ({ content: piece }))],
    finishReason: "stop",
    length: countTokens(content),
  };
}

/** @param {any} call @returns {Answer} */
function toolAnswer(call) {
  const [first, ...later] = toolCallFragments(call);
  return {
    message: { role: "assistant", content: null, tool_calls: [call], refusal: null, annotations: [] },
    deltas: [
      { role: "assistant", content: null, tool_calls: [first], refusal: null },
      ...later.map((fragment) => ({ tool_calls: [fragment] })),
    ],
    finishReason: "tool_calls",
    length: countTokens(JSON.stringify(call[call.type])),
  };
}

/**
 * The stream's chunks: the choices side by side, one finish each, the usage if asked for.
 * @param {any} request
 * @param {Answer[]} answers
 * @param {{ id: string, created: number, model: string }} fields
 * @param {object | undefined} usage
 */
function chunks(request, answers, { id, ...fields }, usage) {
  const counts = usage !== undefined && request.stream_options?.include_usage === true;
  const head = { id, object: "chat.completion.chunk", ...fields };
  /** @param {number} index @param {object} delta @param {string | null} finishReason */
  const chunk = (index, delta, finishReason) => ({
    ...head,
    choices: [{ index, delta, logprobs: null, finish_reason: finishReason }],
    ...(counts && { usage: null }),
  });

  const events = [];
  const longest = Math.max(...answers.map(({ deltas }) => deltas.length));
  for (let step = 0; step < longest; step++) {
    for (const [index, { deltas }] of answers.entries()) if (step < deltas.length) events.push(chunk(index, deltas[step], null));
  }
  for (const [index, { finishReason }] of answers.entries()) events.push(chunk(index, {}, finishReason));
  if (counts) events.push({ ...head, choices: [], usage });
  return events;
}

/**
 * @param {any} request
 * @param {Answer[]} answers
 * @param {Settings} settings
 * @returns {object | undefined}
 */
function usageOf(request, answers, { usage }) {
  if (usage !== undefined) return usage || undefined;
  const said = request.messages.map((/** @type {any} */ { content }) => TOKENS_PER_MESSAGE + countTokens(textOf(content)));
  const prompt = said.reduce(
    (/** @type {number} */ sum, /** @type {number} */ tokens) => sum + tokens,
    countTokens(JSON.stringify(request.tools ?? "")),
  );
  const completion = answers.reduce((sum, { length }) => sum + length, 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The text of a message's content, whatever its shape. @param {unknown} content */
const textOf = (content) => (typeof content === "string" ? content : JSON.stringify(content ?? ""));
