/** What Google's own client makes of a recorded response, and how a program of OpenAI's shape would read that. */

import { pathToFileURL } from "node:url";
import { GENAI } from "../../scripts/clients.mjs";
import { replaying } from "./replay.mjs";

const { GoogleGenAI } = await import(pathToFileURL(GENAI).href);

/** What is recorded, by the host that it is asked under: the client takes no `fetch` of ours, so that it is given one. */
const recorded = new Map();
const { fetch } = globalThis;
globalThis.fetch = (input, init) => recorded.get(new URL(String(input.url ?? input)).hostname)?.() ?? fetch(input, init);

/** A client whose next answer is recorded. */
function clientOf(exchange) {
  const host = `recording-${recorded.size}.test`;
  recorded.set(host, replaying(exchange));
  return new GoogleGenAI({ apiKey: "-", httpOptions: { baseUrl: `https://${host}` } }).models;
}

/**
 * The answers that Google's client gives to a program: one, or the parts of a stream.
 * @param {import("./exchanges.mjs").Exchange & { model: string, method: string }} exchange
 * @returns {Promise<any[]>}
 */
export async function answersOf(exchange) {
  const models = clientOf(exchange);
  const { model, isStream, method } = exchange;
  if (method === "batchEmbedContents") return [await models.embedContent({ model, contents: ["a"] })];
  if (!isStream) return [await models.generateContent({ model, contents: "Say something." })];
  const answers = [];
  for await (const part of await models.generateContentStream({ model, contents: "Say something." })) answers.push(part);
  return answers;
}

const FINISH_REASONS = { STOP: "stop", MAX_TOKENS: "length", SAFETY: "content_filter" };

/**
 * What a program of OpenAI's shape reads, beside ids, which OpenAI's clients keep and Google's make no difference by.
 * @param {any[]} answers
 */
export function readingOf(answers) {
  const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const { usageMetadata: usage } = answers.findLast(({ usageMetadata }) => usageMetadata) ?? {};
  const reason = answers.findLast(({ candidates }) => candidates?.[0]?.finishReason)?.candidates[0].finishReason;
  const joined = (isThought) =>
    parts
      .filter(({ text, thought = false }) => text !== undefined && thought === isThought)
      .map(({ text }) => text)
      .join("");
  const calls = answers.flatMap((answer) => answer.functionCalls ?? []);
  const finishReason = FINISH_REASONS[reason];
  if (!finishReason) throw new Error(`no finish reason is known for "${reason}"`);
  return {
    text: joined(false),
    reasoning: joined(true),
    toolCalls: calls.map(({ name, args = {} }) => ({ name, arguments: args })),
    signatures: parts.filter(({ functionCall }) => functionCall).map(({ thoughtSignature }) => thoughtSignature),
    finishReason: calls.length > 0 && finishReason === "stop" ? "tool_calls" : finishReason,
    images: parts.filter(({ inlineData }) => inlineData).map(({ inlineData }) => `data:${inlineData.mimeType};base64,${inlineData.data}`),
    usage: usage && readUsage(usage),
  };
}

/** What its own tools have read, and what it has thought, is told apart from the rest. */
function readUsage(usage) {
  const { promptTokenCount: prompt = 0, toolUsePromptTokenCount: read = 0, candidatesTokenCount: said = 0, thoughtsTokenCount: thought = 0 } = usage;
  const sum = prompt + read + said + thought;
  const { totalTokenCount: total = sum, cachedContentTokenCount: cached = 0 } = usage;
  return { prompt: prompt + read, completion: said + thought, total, cached, reasoning: thought };
}
