// Langfuse, through its OTLP endpoint: the spans of a call, with Langfuse's own attributes. The call is the generation;
// its attempts are plain spans, so that no token is counted twice.

import { doubleAttribute, exportOf, listAttribute, plainAttribute, text, textAttribute } from "./otlp.js";
import { writeSpans } from "./spans.js";

/** @typedef {import("./call.js").Told} Told */
/** @typedef {import("./otlp.js").Out} Out */

/** So many calls are told at once. */
const MOST = 128;

const traceName = textAttribute("langfuse.trace.name");
const session = textAttribute("langfuse.session.id");
const user = textAttribute("langfuse.user.id");
const tagged = listAttribute("langfuse.trace.tags");
const environment = textAttribute("langfuse.environment");
const release = textAttribute("langfuse.release");
const type = plainAttribute("langfuse.observation.type");
const modelName = textAttribute("langfuse.observation.model.name");
const usageDetails = textAttribute("langfuse.observation.usage_details");
const costDetails = textAttribute("langfuse.observation.cost_details");
// Of metadata Langfuse lets its users filter by what has a name of its own.
const estimatedCost = doubleAttribute("langfuse.observation.metadata.estimated_cost");
const completionStart = plainAttribute("langfuse.observation.completion_start_time");
const level = plainAttribute("langfuse.observation.level");
const statusMessage = textAttribute("langfuse.observation.status_message");
const input = textAttribute("langfuse.observation.input");
const output = textAttribute("langfuse.observation.output");

/** @param {Record<string, string>} env @param {{ version: string }} product @returns {import("./outlets.js").Lane[]} */
export function langfuse(env, { version }) {
  const host = env.LANGFUSE_OTEL_HOST ?? env.LANGFUSE_HOST ?? env.LANGFUSE_BASE_URL ?? "https://cloud.langfuse.com";
  const resource = text("service.name", "switchman");
  const more = attributesFor(env);
  return [{
    signal: null,
    url: `${host.replace(/\/+$/, "")}/api/public/otel/v1/traces`,
    headers: {
      authorization: `Basic ${btoa(`${env.LANGFUSE_PUBLIC_KEY}:${env.LANGFUSE_SECRET_KEY}`)}`,
      "content-type": "application/json",
      "x-langfuse-ingestion-version": "4",
      "x-langfuse-sdk-name": "switchman",
      "x-langfuse-sdk-version": version,
    },
    most: MOST,
    body: (calls) => exportOf("Spans", resource, version, (out) => writeSpans(out, calls, more)),
  }];
}

/** What is said of calls, and of their attempts. @param {Record<string, string>} env */
function attributesFor({ LANGFUSE_TRACING_ENVIRONMENT, LANGFUSE_RELEASE }) {
  /** Langfuse wants what it filters by on every span. @param {Out} out @param {Told} call */
  const shared = (out, { operation, model, said }) => {
    traceName(out, said.traceName ?? `${operation} ${model}`);
    if (said.sessionId !== undefined) session(out, said.sessionId);
    if (said.userId !== undefined) user(out, said.userId);
    if (said.tags.length > 0) tagged(out, said.tags);
    if (LANGFUSE_TRACING_ENVIRONMENT) environment(out, LANGFUSE_TRACING_ENVIRONMENT);
    if (LANGFUSE_RELEASE) release(out, LANGFUSE_RELEASE);
  };
  return {
    ofCall(out, call) {
      shared(out, call);
      writeGeneration(out, call);
    },
    ofAttempts(out, call) {
      shared(out, call);
      type(out, "span");
    },
  };
}

const USAGE_ESTIMATED = ',{"key":"langfuse.observation.metadata.usage_estimated","value":{"boolValue":true}}';

/** @param {Out} out @param {Told} call */
function writeGeneration(out, { operation, model, facts, start, firstMs, error, usage, isUsageEstimated, cost, estimated, content }) {
  type(out, operation === "chat" ? "generation" : "embedding");
  modelName(out, facts?.model ?? model);
  if (usage !== null) usageDetails(out, JSON.stringify(detailsOf(usage)));
  if (isUsageEstimated) out.push(USAGE_ESTIMATED);
  if (cost !== null) costDetails(out, JSON.stringify({ total: cost }));
  if (estimated > 0) estimatedCost(out, estimated);
  if (firstMs !== null) completionStart(out, new Date(start + firstMs).toISOString());
  if (error !== null) {
    level(out, error === "AbortError" ? "WARNING" : "ERROR");
    statusMessage(out, error);
  }
  const { request, answer } = content ?? {};
  if (request) input(out, JSON.stringify(request.messages ?? request.input ?? null));
  if (answer) output(out, JSON.stringify(answer.choices.map((choice) => choice?.message ?? null)));
}

/** Each token once: what is told by itself is taken off the rest. */
function detailsOf({ prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens }) {
  /** @type {Record<string, number>} */
  const details = { input: prompt_tokens, output: completion_tokens, total: total_tokens };
  if (cached_tokens > 0) Object.assign(details, { input: prompt_tokens - cached_tokens, input_cached_tokens: cached_tokens });
  if (reasoning_tokens > 0) Object.assign(details, { output: completion_tokens - reasoning_tokens, output_reasoning_tokens: reasoning_tokens });
  return details;
}
