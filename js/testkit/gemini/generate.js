/**
 * POST :generateContent, a whole answer, and :streamGenerateContent, the same in parts.
 */

import { eventsReply, jsonReply } from "../reply.js";
import { exampleOf } from "../schema.js";
import { countTokens, pieces, spoken } from "../text.js";
import { Refusal } from "./errors.js";
import { generateMistake } from "./request.js";
import { isStrict, signatureOf } from "./signature.js";
import { partsOf, stream } from "./stream.js";

/** Tokens a content costs beside its text. */
const TOKENS_PER_CONTENT = 4;

/** @typedef {import("../dialect.js").Settings} Settings */
/** @typedef {import("../index.js").Call} Call */

/**
 * @param {Call} call
 * @param {Settings} settings
 * @param {string} model
 * @returns {Promise<import("../reply.js").Reply | Refusal>}
 */
export async function generateReply(call, settings, model) {
  const request = call.body;
  const mistake = generateMistake(request, model, settings);
  if (mistake !== undefined) return new Refusal(400, mistake);
  const { generationConfig: config = {} } = request;
  const { parts, finishReason } = await answerTo(request, call, settings, model);
  const candidates = Array.from({ length: config.candidateCount ?? 1 }, (_, index) => ({
    content: { parts, role: "model" },
    finishReason,
    index,
  }));
  const usageMetadata = usageOf(request, candidates, settings);
  const answer = {
    candidates,
    ...(usageMetadata && { usageMetadata }),
    modelVersion: model,
    responseId: `${settings.name}_${call.n}`,
  };
  if (!call.path.includes(":streamGenerateContent")) return jsonReply(200, answer);
  const values = partsOf(answer);
  // Without `alt=sse` the parts are the items of a list.
  if (new URL(call.url).searchParams.get("alt") !== "sse") return jsonReply(200, values);
  return eventsReply(values.map(stream.event));
}

/**
 * @param {any} request
 * @param {Call} call
 * @param {Settings} settings
 * @param {string} model
 * @returns {Promise<{ parts: any[], finishReason: string }>}
 */
async function answerTo(request, call, settings, model) {
  const { contents, generationConfig: config = {} } = request;
  const thoughts = config.thinkingConfig?.includeThoughts
    ? [{ text: `The user wants to hear from ${settings.name}, so that is what to say.`, thought: true }]
    : [];
  const begun = begunIn(contents);
  const declared = begun === "" ? chosen(request) : undefined;
  if (declared) {
    const functionCall = { name: declared.name, args: exampleOf(declared.parametersJsonSchema ?? declared.parameters ?? { type: "object" }, settings.name) };
    const isSigned = isStrict(model) || thoughts.length > 0;
    const id = isStrict(model) ? { id: `${settings.name}-${call.n}` } : {};
    const thoughtSignature = isSigned ? { thoughtSignature: signatureOf(model, functionCall) } : {};
    return { parts: [...thoughts, { functionCall: { ...id, ...functionCall }, ...thoughtSignature }], finishReason: "STOP" };
  }
  const whole = await spoken(call, settings, begun, shapeOf(config));
  const { text, finishReason } = stopped(whole, config, tokensOf(thoughts));
  const signed = isStrict(model) ? { thoughtSignature: signatureOf(model, { text }) } : {};
  return { parts: [...thoughts, ...(text === "" ? [] : [{ text, ...signed }])], finishReason };
}

/**
 * The text that the answer goes on from: that of a last content which is the model's own.
 * @param {any[]} contents
 * @returns {string}
 */
function begunIn(contents) {
  const { role, parts } = contents.at(-1);
  return role === "model" ? parts.map((/** @type {any} */ part) => part.text ?? "").join("") : "";
}

/** The function that this request makes the model call, or none: none offered, none allowed, or its response already there. @param {any} request */
function chosen({ contents, tools, toolConfig }) {
  const offered = (tools ?? []).flatMap((/** @type {any} */ tool) => tool.functionDeclarations ?? []);
  const { mode, allowedFunctionNames: allowed } = toolConfig?.functionCallingConfig ?? {};
  const isAnswered = contents.at(-1).parts.some((/** @type {any} */ part) => part.functionResponse);
  if (mode === "NONE" || isAnswered) return undefined;
  return allowed ? offered.find((/** @type {any} */ { name }) => allowed.includes(name)) : offered[0];
}

/** @param {any} config @returns {((said: string) => unknown) | undefined} */
function shapeOf({ responseMimeType: type, responseJsonSchema, responseSchema }) {
  if (type !== "application/json") return undefined;
  const schema = responseJsonSchema ?? responseSchema;
  return schema === undefined ? (said) => ({ reply: said }) : (said) => exampleOf(schema, said);
}

/**
 * How far a text comes: to the first stop sequence, or as far as its tokens allow, of which the thoughts take some.
 * @param {string} whole
 * @param {any} config
 * @param {number} spent
 */
function stopped(whole, { stopSequences: stops = [], maxOutputTokens: most = Infinity }, spent) {
  const ends = stops.map((/** @type {string} */ stop) => whole.indexOf(stop)).filter((/** @type {number} */ at) => at >= 0);
  const text = whole.slice(0, Math.min(...ends, whole.length));
  let said = "";
  for (const piece of pieces(text)) {
    if (spent + countTokens(said + piece) > most) return { text: said, finishReason: "MAX_TOKENS" };
    said += piece;
  }
  return { text, finishReason: "STOP" };
}

/**
 * @param {any} request
 * @param {any[]} candidates
 * @param {Settings} settings
 * @returns {object | undefined}
 */
function usageOf({ contents, systemInstruction, tools }, candidates, { usage }) {
  if (usage !== undefined) return usage || undefined;
  const asked = [...contents, ...(systemInstruction ? [systemInstruction] : [])];
  const promptTokenCount = asked.reduce((sum, { parts }) => sum + TOKENS_PER_CONTENT + tokensOf(parts), countTokens(tools ? JSON.stringify(tools) : ""));
  const parts = candidates.flatMap(({ content }) => content.parts);
  const candidatesTokenCount = tokensOf(parts.filter(({ thought }) => !thought));
  const thoughtsTokenCount = tokensOf(parts.filter(({ thought }) => thought));
  return {
    promptTokenCount,
    candidatesTokenCount,
    totalTokenCount: promptTokenCount + candidatesTokenCount + thoughtsTokenCount,
    ...(thoughtsTokenCount > 0 && { thoughtsTokenCount }),
    promptTokensDetails: [{ modality: "TEXT", tokenCount: promptTokenCount }],
  };
}

/** @param {any[]} parts @returns {number} */
const tokensOf = (parts) => parts.reduce((sum, { text, functionCall, ...rest }) => sum + countTokens(text ?? JSON.stringify(functionCall ?? rest)), 0);
