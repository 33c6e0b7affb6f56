/**
 * What servers that speak OpenAI's API do differently: each by a name, so that a provider can be told to do it.
 */

const THOUGHT = "Let me think.";
const THOUGHTS = ["Let me ", "think."];

/** @typedef {(chunk: any) => any} Change */

/** A chunk with its choices changed. @param {any} chunk @param {Change} change */
const withChoices = (chunk, change) => (Array.isArray(chunk.choices) ? { ...chunk, choices: chunk.choices.map(change) } : chunk);

/** A chunk with the deltas of its choices changed. @param {any} chunk @param {Change} change */
const withDeltas = (chunk, change) => withChoices(chunk, (choice) => ({ ...choice, delta: change(choice.delta) }));

/** Chunks that think before the first content. @param {any[]} chunks @param {(thought: string) => object} delta */
function thinking(chunks, delta) {
  const at = 1 + chunks.findIndex(({ choices }) => choices?.[0]?.delta.role !== undefined);
  const thoughts = THOUGHTS.map((thought) => withDeltas(chunks[0], () => delta(thought)));
  return [...chunks.slice(0, at), ...thoughts, ...chunks.slice(at)];
}

/** @param {any} answer @param {Change} change */
const withMessages = (answer, change) => ({
  ...answer,
  choices: answer.choices.map((/** @type {any} */ choice) => ({ ...choice, message: change(choice.message) })),
});

const isEnd = (/** @type {any} */ chunk) => chunk.choices?.[0]?.finish_reason != null;
const hasUsageAlone = (/** @type {any} */ chunk) => chunk.choices?.length === 0 && chunk.usage != null;

/** The chunks without that of the usage, and its usage at the end. @param {any[]} chunks @param {any} usage @param {(chunk: any, usage: any) => any} put */
const usageAtEnd = (chunks, usage, put) =>
  chunks.filter((chunk) => !hasUsageAlone(chunk)).map((chunk) => (isEnd(chunk) ? put(chunk, usage) : chunk));

/** @param {(call: any) => any} change @returns {Quirk} */
const toolCalls = (change) => {
  const changed = (/** @type {any} */ said) => (said.tool_calls ? { ...said, tool_calls: said.tool_calls.map(change) } : said);
  return {
    chunks: (chunks) => chunks.map((chunk) => withDeltas(chunk, changed)),
    answer: (answer) => withMessages(answer, changed),
  };
};

/** @param {string} name @returns {Quirk} */
const ends = (name) => {
  const end = (/** @type {any} */ choice) => (choice.finish_reason === "stop" ? { ...choice, finish_reason: name } : choice);
  return {
    chunks: (chunks) => chunks.map((chunk) => withChoices(chunk, end)),
    answer: (answer) => withChoices(answer, end),
  };
};

/**
 * @typedef {object} Quirk
 * @property {(chunks: any[], usage: any) => any[]} [chunks] changes the chunks of a stream; its terminator is not among them
 * @property {(answer: any) => any} [answer] changes a whole answer
 * @property {(events: import("../reply.js").StreamEvent[]) => import("../reply.js").StreamEvent[]} [events] changes the events
 */

/** @type {Record<string, Quirk>} */
export const QUIRKS = {
  // Groq, Cerebras, OpenRouter, vLLM.
  reasoning: {
    chunks: (chunks) => thinking(chunks, (reasoning) => ({ reasoning })),
    answer: (answer) => withMessages(answer, (message) => ({ ...message, reasoning: THOUGHT })),
  },
  // DeepSeek and most others.
  reasoning_content: {
    chunks: (chunks) => thinking(chunks, (reasoning_content) => ({ reasoning_content })),
    answer: (answer) => withMessages(answer, (message) => ({ ...message, reasoning_content: THOUGHT })),
  },
  // Mistral.
  thinking_parts: {
    chunks: (chunks) => thinking(chunks, (text) => ({ content: [{ type: "thinking", thinking: [{ type: "text", text }] }] })),
    answer: (answer) =>
      withMessages(answer, (message) => {
        const thought = { type: "thinking", thinking: [{ type: "text", text: THOUGHT }] };
        return { ...message, content: [thought, { type: "text", text: message.content ?? "" }] };
      }),
  },
  // Perplexity: more of it in each chunk.
  usage_in_every_chunk: {
    chunks: (chunks, usage) =>
      chunks.filter((chunk) => !hasUsageAlone(chunk)).map((chunk, index, { length }) => {
        const completion_tokens = Math.ceil((usage.completion_tokens * (index + 1)) / length);
        return { ...chunk, usage: { ...usage, completion_tokens, total_tokens: usage.prompt_tokens + completion_tokens } };
      }),
  },
  // Together and Mistral: with the last choice, asked for or not.
  usage_with_choice: { chunks: (chunks, usage) => usageAtEnd(chunks, usage, (chunk) => ({ ...chunk, usage })) },
  // Moonshot.
  usage_in_choice: {
    chunks: (chunks, usage) => usageAtEnd(chunks, usage, (chunk) => withChoices(chunk, (choice) => ({ ...choice, usage }))),
  },
  // Groq.
  x_groq: {
    chunks: ([first, ...chunks], usage) => [
      { ...first, x_groq: { id: "req_fake" } },
      ...usageAtEnd(chunks, usage, (chunk) => ({ ...chunk, x_groq: { id: "req_fake", usage } })),
    ],
  },
  role_in_every_chunk: {
    chunks: (chunks) => chunks.map((chunk) => withDeltas(chunk, (delta) => ({ role: "assistant", ...delta }))),
  },
  no_terminator: { events: (events) => events.slice(0, -1) },
  // OpenRouter, DeepSeek: what keeps the connection alive.
  comments: { events: (events) => events.flatMap((event) => [{ comment: "OPENROUTER PROCESSING" }, event]) },
  no_tool_index: toolCalls(({ index, ...call }) => call),
  no_tool_type: toolCalls(({ type, ...call }) => call),
  // Some, where a call comes whole.
  object_arguments: {
    chunks: (chunks) => {
      const whole = chunks.flatMap((chunk) => chunk.choices?.[0]?.delta.tool_calls?.[0]?.function.arguments ?? []).join("");
      const isRest = (/** @type {any} */ chunk) => chunk.choices?.[0]?.delta.tool_calls?.[0]?.id === undefined;
      const put = (/** @type {any} */ call) => ({ ...call, function: { ...call.function, arguments: JSON.parse(whole) } });
      const has = (/** @type {any} */ chunk) => chunk.choices?.[0]?.delta.tool_calls !== undefined;
      return chunks
        .filter((chunk) => !(has(chunk) && isRest(chunk)))
        .map((chunk) => (has(chunk) ? withDeltas(chunk, (delta) => ({ ...delta, tool_calls: delta.tool_calls.map(put) })) : chunk));
    },
    answer: toolCalls((call) => ({ ...call, function: { ...call.function, arguments: JSON.parse(call.function.arguments) } })).answer,
  },
  // Together.
  eos: ends("eos"),
  // Azure, where the answer is filtered.
  content_filter: ends("content_filter"),
};

/**
 * @param {readonly string[]} names
 * @throws {TypeError} for a quirk that does not exist
 */
export function checkQuirks(names) {
  for (const name of names) {
    if (!Object.hasOwn(QUIRKS, name)) throw new TypeError(`unknown quirk "${name}"; known: ${Object.keys(QUIRKS).join(", ")}`);
  }
}

/** @param {readonly string[]} names @param {any[]} chunks @param {any} usage */
export function bendChunks(names, chunks, usage) {
  const counted = usage ?? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  return names.reduce((bent, name) => QUIRKS[name].chunks?.(bent, counted) ?? bent, chunks);
}

/** @param {readonly string[]} names @param {any} answer */
export const bendAnswer = (names, answer) => names.reduce((bent, name) => QUIRKS[name].answer?.(bent) ?? bent, answer);

/** @param {readonly string[]} names @param {import("../reply.js").StreamEvent[]} events */
export const bendEvents = (names, events) => names.reduce((bent, name) => QUIRKS[name].events?.(bent) ?? bent, events);
