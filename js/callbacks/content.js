// What was said in a call, out of what was recorded of it. Nothing is read before it is told.

import { assemble } from "../assemble.js";

/** Members of a request that are told: a list of those that are known, for a body may hold anything. */
const TOLD = [
  "messages", "input", "tools", "tool_choice", "response_format", "temperature", "top_p", "max_tokens", "max_completion_tokens",
  "n", "seed", "stop", "presence_penalty", "frequency_penalty", "reasoning_effort", "dimensions", "stream",
];

const decoder = new TextDecoder();

/**
 * What was said, in OpenAI's words. Of a request or an answer that was too long, or is no JSON, there is nothing.
 * @typedef {{ request?: any, answer?: any }} Content
 */

/**
 * @param {import("../recording.js").Recording | undefined} recording
 * @returns {Content | undefined}
 */
export function contentOf(recording) {
  if (!recording) return undefined;
  const request = read(recording.request);
  return { request: isObject(request) ? picked(request) : undefined, answer: answerOf(recording) };
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {Record<string, any>} request */
function picked(request) {
  return Object.fromEntries(TOLD.filter((name) => request[name] !== undefined).map((name) => [name, request[name]]));
}

/** @param {import("../recording.js").Recording} recording */
function answerOf({ isCut, whole, pieces }) {
  if (isCut) return undefined;
  const answer = whole === undefined ? streamed(pieces) : read(whole);
  if (!isObject(answer)) return undefined;
  const { id, object, model, choices, usage } = answer;
  // Of embeddings the numbers say nothing to a reader.
  return Array.isArray(choices) ? { id, object, model, choices, usage } : undefined;
}

/** The answer that was streamed. @param {(string | Uint8Array)[]} pieces */
function streamed(pieces) {
  if (pieces.length === 0) return undefined;
  const chunks = typeof pieces[0] === "string" ? pieces.flatMap(read) : eventsIn(/** @type {Uint8Array[]} */ (pieces));
  return assemble(chunks.filter(isObject), null);
}

/** The payloads of server-sent events. @param {Uint8Array[]} pieces */
function eventsIn(pieces) {
  const text = new TextDecoder();
  const whole = pieces.map((piece) => text.decode(piece, { stream: true })).join("");
  const lines = whole.split(/\r\n|\r|\n/).filter((line) => line.startsWith("data:"));
  return lines.map((line) => read(line.slice("data:".length)));
}

/** @param {string | Uint8Array | undefined} json */
function read(json) {
  try {
    return json === undefined ? undefined : JSON.parse(typeof json === "string" ? json : decoder.decode(json));
  } catch {
    return undefined;
  }
}

/** Why an answer ended, for each of its choices. @param {any} answer @returns {string[]} */
export const finishReasons = (answer) =>
  (answer?.choices ?? []).map((choice) => choice?.finish_reason).filter((reason) => typeof reason === "string");

/** A request's messages as OpenTelemetry's conventions have them. @param {any} request */
export function inputMessages(request) {
  if (Array.isArray(request?.messages)) return request.messages.filter(isObject).map(messageOf);
  if (request?.input === undefined) return undefined;
  return [request.input].flat().filter((one) => typeof one === "string").map((content) => ({ role: "user", parts: [textPart(content)] }));
}

/** An answer's messages as OpenTelemetry's conventions have them. @param {any} answer */
export function outputMessages(answer) {
  return answer?.choices?.filter(isObject).map(({ message, finish_reason }) => ({
    ...messageOf({ role: "assistant", ...message }),
    finish_reason: finish_reason ?? "",
  }));
}

const textPart = (content) => ({ type: "text", content });

/** @param {Record<string, any>} message */
function messageOf({ role, content, reasoning_content, tool_calls, tool_call_id }) {
  if (role === "tool") return { role, parts: [{ type: "tool_call_response", id: tool_call_id ?? null, response: content ?? null }] };
  const said = typeof content === "string" ? [textPart(content)] : (Array.isArray(content) ? content : []).filter(isObject).map(partOf);
  const thought = typeof reasoning_content === "string" ? [{ type: "reasoning", content: reasoning_content }] : [];
  const calls = (Array.isArray(tool_calls) ? tool_calls : []).filter(isObject).map(callOf);
  return { role: String(role), parts: [...thought, ...said, ...calls] };
}

/** A part of a message. @param {Record<string, any>} part */
function partOf(part) {
  if (part.type === "text") return textPart(String(part.text));
  const url = part.image_url?.url;
  // What lies inside the request as data is large, and no text.
  if (typeof url === "string" && !url.startsWith("data:")) return { type: "uri", modality: "image", uri: url };
  return { type: String(part.type) };
}

/** @param {Record<string, any>} call */
function callOf({ id, function: named, custom }) {
  const { name, arguments: given, input } = named ?? custom ?? {};
  return { type: "tool_call", id: id ?? null, name: String(name), arguments: read(given) ?? given ?? input ?? null };
}
