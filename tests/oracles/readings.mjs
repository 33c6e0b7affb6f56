/** What a program reads out of a completion, whoever made it: the parts that must agree. */

/**
 * @typedef {object} Reading
 * @property {string} text
 * @property {string} reasoning
 * @property {{ id: string, name: string, arguments: any }[]} toolCalls with parsed arguments; text that does not parse
 *   stays text
 * @property {string | null} finishReason
 * @property {string | null} refusal
 * @property {{ prompt: number, completion: number, total: number, cached: number } | undefined} usage in tokens
 */

/** The arguments of a tool call as a value. */
export function argumentsOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Reads every choice of an object in the shape of OpenAI's chat completion.
 * @param {any} completion
 * @returns {Reading[]}
 */
export function readingsOf({ choices, usage }) {
  return choices.map(({ message, finish_reason }) => ({
    text: message.content ?? "",
    reasoning: message.reasoning_content ?? message.reasoning ?? "",
    toolCalls: (message.tool_calls ?? []).map(({ id, function: called }) => ({
      ...{ id, name: called.name },
      arguments: argumentsOf(called.arguments),
    })),
    finishReason: finish_reason,
    refusal: message.refusal ?? null,
    usage: usage && {
      prompt: usage.prompt_tokens,
      completion: usage.completion_tokens,
      total: usage.total_tokens,
      cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    },
  }));
}
