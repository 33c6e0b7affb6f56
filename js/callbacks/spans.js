// A call as spans, by OpenTelemetry's conventions for generative AI: the call is one span of a client, whatever it took,
// and each attempt is a child of it. Tokens and costs are the call's: what counts them must not count them twice.

import { finishReasons, inputMessages, outputMessages } from "./content.js";
import { attemptOf, kindOf } from "./kinds.js";
import { beginSpan, doubleAttribute, endSpan, intAttribute, listAttribute, plainAttribute, textAttribute } from "./otlp.js";

/** @typedef {import("./call.js").Told} Told */
/** @typedef {import("./call.js").Send} Send */
/** @typedef {import("./otlp.js").Out} Out */

const inputTokens = intAttribute("gen_ai.usage.input_tokens");
const outputTokens = intAttribute("gen_ai.usage.output_tokens");
const cachedTokens = intAttribute("gen_ai.usage.cache_read.input_tokens");
const reasoningTokens = intAttribute("gen_ai.usage.reasoning.output_tokens");
const usageCost = doubleAttribute("gen_ai.usage.cost");
const firstChunk = doubleAttribute("gen_ai.response.time_to_first_chunk");
const finished = listAttribute("gen_ai.response.finish_reasons");
const responseId = textAttribute("gen_ai.response.id");
const conversation = textAttribute("gen_ai.conversation.id");
const inputs = textAttribute("gen_ai.input.messages");
const outputs = textAttribute("gen_ai.output.messages");
const errorType = textAttribute("error.type");
const statusCode = intAttribute("http.response.status_code");
const callId = plainAttribute("switchman.call_id");
const modelGroup = textAttribute("switchman.model_group");
const attempts = intAttribute("switchman.attempts");
const attempt = intAttribute("switchman.attempt");
const retried = intAttribute("switchman.retries");
const fellBack = intAttribute("switchman.fallbacks");
const attemptCost = doubleAttribute("switchman.cost");
const estimatedCost = doubleAttribute("switchman.estimated_cost");

/**
 * Writes the spans of calls.
 * @param {Out} out
 * @param {Told[]} calls
 * @param {{ ofCall: (out: Out, call: Told) => void, ofAttempts: (out: Out, call: Told) => void }} [more] writes further
 *   attributes; where it is given, prompts and answers are not among the others
 */
export function writeSpans(out, calls, more) {
  for (const call of calls) {
    if (call !== calls[0]) out.push(",");
    writeCall(out, call, more);
    for (let index = 0; index < call.sends.length; index += 1) {
      out.push(",");
      writeAttempt(out, call, call.sends[index], index, more);
    }
  }
}

/** Why a span failed. Where the caller has left, or another attempt was faster, that is nobody's fault. */
const failureOf = (error) => (error === "AbortError" ? null : error);

/** @param {Out} out @param {Told} call @param {Parameters<typeof writeSpans>[2]} more */
function writeCall(out, call, more) {
  const { id, parentId, facts, isStream, firstMs, error, usage, cost, estimated, retries, fallbacks, sends, said, content } = call;
  const { name, attributes } = kindOf(call);
  beginSpan(out, call.traceId, call, parentId, name);
  out.push(attributes);
  if (isStream) out.push(STREAM);
  if (call.isHit) out.push(HIT);
  if (usage !== null) {
    inputTokens(out, usage.prompt_tokens);
    outputTokens(out, usage.completion_tokens);
    if (usage.cached_tokens > 0) cachedTokens(out, usage.cached_tokens);
    if (usage.reasoning_tokens > 0) reasoningTokens(out, usage.reasoning_tokens);
  }
  if (call.isUsageEstimated) out.push(USAGE_ESTIMATED);
  if (cost !== null) usageCost(out, cost);
  if (estimated > 0) estimatedCost(out, estimated);
  if (firstMs !== null) firstChunk(out, firstMs / 1_000);
  if (error !== null) errorType(out, error);
  if (said.sessionId !== undefined) conversation(out, said.sessionId);
  callId(out, id);
  if (facts !== null) modelGroup(out, facts.group);
  attempts(out, sends.length);
  if (retries > 0) retried(out, retries);
  if (fallbacks > 0) fellBack(out, fallbacks);
  if (content) writeContent(out, content, more === undefined);
  more?.ofCall(out, call);
  endSpan(out, failureOf(error));
}

const HIT = ',{"key":"switchman.cache_hit","value":{"boolValue":true}}';
const STREAM = ',{"key":"gen_ai.request.stream","value":{"boolValue":true}}';
const USAGE_ESTIMATED = ',{"key":"switchman.usage_estimated","value":{"boolValue":true}}';
const COST_ESTIMATED = ',{"key":"switchman.cost_estimated","value":{"boolValue":true}}';

/** @param {Out} out @param {import("./content.js").Content} content @param {boolean} hasMessages */
function writeContent(out, { request, answer }, hasMessages) {
  const reasons = finishReasons(answer);
  if (reasons.length > 0) finished(out, reasons);
  if (typeof answer?.id === "string") responseId(out, answer.id);
  if (!hasMessages) return;
  const [input, output] = [inputMessages(request), outputMessages(answer)];
  if (input) inputs(out, JSON.stringify(input));
  if (output) outputs(out, JSON.stringify(output));
}

/** @param {Out} out @param {Told} call @param {Send} send @param {number} index @param {Parameters<typeof writeSpans>[2]} more */
function writeAttempt(out, call, send, index, more) {
  const { facts, first, status, error, cost, isEstimate } = send;
  const { name, attributes } = attemptOf(facts);
  beginSpan(out, call.traceId, send, call.spanId, name);
  out.push(attributes);
  attempt(out, index);
  if (status !== null) statusCode(out, status);
  if (error !== null) errorType(out, error);
  if (cost !== null) attemptCost(out, cost);
  if (isEstimate) out.push(COST_ESTIMATED);
  more?.ofAttempts(out, call);
  endSpan(out, failureOf(error), first === undefined ? undefined : { name: "first_token", at: first });
}
