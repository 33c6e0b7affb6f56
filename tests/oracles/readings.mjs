/** What a program reads out of a completion, whoever made it: the parts that must agree. */

/**
 * @typedef {object} Reading
 * @property {string} text
 * @property {string} reasoning
 * @property {{ id: string, name: string, arguments: any }[]} toolCalls with parsed arguments; text that does not parse
 *   stays text
 * @property {string | null} finishReason
 * @property {string | null} refusal
 * @property {{ url: string, title: string }[]} sources what the text cites, of all that has an address
 * @property {any[]} thinkingBlocks thinking as it has to be sent back, with signatures
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
    sources: (message.annotations ?? []).map(({ url_citation: { url, title } }) => ({ url, title })),
    thinkingBlocks: message.thinking_blocks ?? [],
    usage: usage && {
      prompt: usage.prompt_tokens,
      completion: usage.completion_tokens,
      total: usage.total_tokens,
      cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    },
  }));
}

/**
 * All that the chunks of a stream say, of each choice by itself: whatever is cut off them is missed here.
 * @param {any[]} chunks
 */
export function saidIn(chunks) {
  const said = {};
  for (const { choices = [] } of chunks) {
    for (const { index, delta, finish_reason } of choices) {
      const choice = (said[index] ??= { text: "", reasoning: "", refusal: "", toolCalls: {}, finishReason: null });
      choice.text += delta.content ?? "";
      choice.reasoning += delta.reasoning_content ?? delta.reasoning ?? "";
      choice.refusal += delta.refusal ?? "";
      for (const { index: place, function: piece } of delta.tool_calls ?? []) {
        choice.toolCalls[place] = (choice.toolCalls[place] ?? "") + (piece.name ?? "") + (piece.arguments ?? "");
      }
      choice.finishReason = finish_reason ?? choice.finishReason;
    }
  }
  return said;
}

/** The data of server-sent events, as a browser reads them: without what is no event, and without an unfinished one. */
export function eventsIn(text) {
  const found = [];
  let data = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    if (line !== "" || data.length === 0) continue;
    found.push(data.join("\n"));
    data = [];
  }
  return found;
}
