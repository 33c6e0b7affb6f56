// What every answer tells besides its content: why it ended, what it used, and how it came about.

const FINISHES = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
  content_filter: "content-filter",
};

/**
 * @param {string | null | undefined} reason
 * @param {boolean} isRefused
 */
export function finishOf(reason, isRefused) {
  const unified = isRefused && reason === "stop" ? "content-filter" : (FINISHES[reason ?? ""] ?? "other");
  return { unified, raw: reason ?? undefined };
}

/**
 * @param {any} usage as the router reads it; `null` if it was not told
 * @param {any} raw as the answer has it
 */
export function usageOf(usage, raw) {
  if (!usage) {
    const inputTokens = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
    return { inputTokens, outputTokens: { total: undefined, text: undefined, reasoning: undefined } };
  }
  const { prompt_tokens, completion_tokens, cached_tokens, cache_write_tokens = 0, reasoning_tokens } = usage;
  return {
    inputTokens: {
      total: prompt_tokens,
      noCache: Math.max(prompt_tokens - cached_tokens - cache_write_tokens, 0),
      cacheRead: cached_tokens,
      cacheWrite: cache_write_tokens,
    },
    outputTokens: { total: completion_tokens, text: Math.max(completion_tokens - reasoning_tokens, 0), reasoning: reasoning_tokens },
    raw: raw ?? { ...usage },
  };
}

/**
 * The router's metadata as plain data: `providerMetadata.switchman`.
 * @param {string} model_used
 * @param {any} meta
 * @param {Record<string, any>} [more]
 */
export function metadataOf(model_used, meta, more) {
  // Told in places of the interface's own.
  const { usage, additional_headers, _response_ms, ...told } = meta.toJSON();
  return { switchman: { model_used, ...told, ...more } };
}

/** @param {{ id?: string, created?: number, model?: string }} answer or a chunk of one */
export function responseOf({ id, created, model }) {
  return { id, modelId: model, timestamp: typeof created === "number" ? new Date(created * 1_000) : undefined };
}

/** Addresses that were cited, as sources; and where in the text. */
export function citationsOf(annotations, prefix) {
  const citations = [];
  for (const { type, url_citation: cited } of annotations ?? []) {
    if (type !== "url_citation" || typeof cited?.url !== "string") continue;
    const source = { type: "source", sourceType: "url", id: `${prefix}-${citations.length}`, url: cited.url, title: cited.title ?? undefined };
    citations.push({ source, startIndex: cited.start_index, endIndex: cited.end_index });
  }
  return citations;
}
