// The options of a call of the AI SDK as a request in OpenAI's shape, and what stands beside it.

import { messagesOf } from "./prompt.js";

/** Options of the router that stand beside a request and never in it. */
const BESIDE = ["deadlineMs", "sessionId", "explain", "tenant"];

/**
 * What `providerOptions.switchman` holds: `members` of the request, the router's own among them, and `beside` it.
 * @param {any} providerOptions
 */
export function given(providerOptions) {
  const { strictJsonSchema = true, ...members } = providerOptions?.switchman ?? {};
  /** @type {Record<string, any>} */
  const beside = {};
  for (const name of BESIDE) {
    if (members[name] === undefined) continue;
    beside[name] = members[name];
    delete members[name];
  }
  return { members, beside, strictJsonSchema };
}

/**
 * @param {string} model
 * @param {any} options
 */
export function requestOf(model, options) {
  /** @type {any[]} */
  const warnings = [];
  const { members, beside, strictJsonSchema } = given(options.providerOptions);
  if (options.topK !== undefined) {
    const details = "not every provider has it: give `providerOptions.switchman.top_k` where those of the group do";
    warnings.push({ type: "unsupported", feature: "topK", details });
  }
  const request = {
    model,
    messages: messagesOf(options.prompt, warnings),
    // The name that every dialect knows; a provider that has only the older one is given that.
    max_completion_tokens: options.maxOutputTokens,
    temperature: options.temperature,
    top_p: options.topP,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
    stop: options.stopSequences?.length > 0 ? options.stopSequences : undefined,
    seed: options.seed,
    response_format: formatOf(options.responseFormat, strictJsonSchema),
    reasoning_effort: options.reasoning === "provider-default" ? undefined : options.reasoning,
    ...toolsOf(options, warnings),
    ...members,
  };
  for (const name in request) if (request[name] === undefined) delete request[name];
  return { request, beside: { ...beside, signal: options.abortSignal }, warnings };
}

/** @param {any} format @param {boolean} strict */
function formatOf(format, strict) {
  if (format?.type !== "json") return undefined;
  const { schema, name = "response", description } = format;
  if (!schema) return { type: "json_object" };
  return { type: "json_schema", json_schema: { name, schema, strict, ...(description && { description }) } };
}

function toolsOf({ tools = [], toolChoice }, warnings) {
  const functions = [];
  for (const tool of tools) {
    if (tool.type === "function") functions.push(toolOf(tool));
    else warnings.push({ type: "unsupported", feature: `the provider's own tool ${tool.id}` });
  }
  if (functions.length === 0) return {};
  const { type, toolName: name } = toolChoice ?? {};
  return { tools: functions, tool_choice: type === "tool" ? { type: "function", function: { name } } : type };
}

function toolOf({ name, description, inputSchema: parameters, strict, providerOptions }) {
  const tool = { type: "function", function: { name, parameters, ...(description && { description }), ...(strict !== undefined && { strict }) } };
  const cache = providerOptions?.anthropic?.cacheControl;
  return { ...tool, ...(cache && { cache_control: cache }), ...providerOptions?.switchman };
}
