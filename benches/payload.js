/** What is asked and what is answered in every benchmark; the same on Node and on workerd. */

/** The path that callers use, and the address behind it. */
export const PATH = "/v1/chat/completions";
export const UPSTREAM = `https://api.openai.com${PATH}`;
export const API_KEY = "sk-bench";

/** The name that callers use, and the model it stands for. */
export const ALIAS = "chat";
export const MODEL = "gpt-4o-mini";

/** Where translated requests go, and the model there. */
export const MESSAGES_UPSTREAM = "https://api.anthropic.com/v1/messages";
export const MESSAGES_MODEL = "claude-haiku-4-5";

/** Two deployments of one group, chosen by weight at random: the smallest config that has something to decide. */
const configOf = (model) => ({
  model_list: [1, 2].map((weight) => ({
    model_name: ALIAS,
    litellm_params: { model, api_key: API_KEY, weight },
  })),
  routing_strategy: "simple-shuffle",
  num_retries: 2,
});

export const CONFIG = configOf(`openai/${MODEL}`);

/** The same with a provider whose requests and answers are translated. */
export const MESSAGES_CONFIG = configOf(`anthropic/${MESSAGES_MODEL}`);

const encoder = new TextEncoder();

/** Prose with what costs time in JSON: quotes, line ends, backslashes, letters beyond Latin-1, a pair of surrogates. */
const PASSAGE = `The signal reads "clear" but the points at C:\\yard\\7 have not moved.\n\tΟ κλειδούχος ελέγχει τη διαδρομή; 列車は七番線で待っています。 🚂 `;
const PLAIN = "A switchman sets the points so that each train leaves on the track that is free, and holds it while none is. ";
const WORDS = "the points are set and the next train may leave on track seven as soon as its signal has turned to green ".split(/(?<= )/);

/**
 * A chat request whose JSON is about `kilobytes` long: plain text up to 10 KB, mixed text of several turns beyond.
 * @param {{ kilobytes: number, model?: string, isStream?: boolean }} shape
 */
export function chatRequest({ kilobytes, model = ALIAS, isStream = false }) {
  const text = kilobytes > 10 ? PASSAGE : PLAIN;
  const share = encoder.encode(JSON.stringify(text)).length;
  const turns = kilobytes > 10 ? 8 : 1;
  const content = text.repeat(Math.floor((kilobytes * 1024 - 150) / share / turns));
  const roles = ["user", "assistant"];
  return {
    model,
    messages: [
      { role: "system", content: "You are brief." },
      ...Array.from({ length: turns }, (_, turn) => ({ role: roles[turn % 2], content })),
    ],
    temperature: 0.2,
    ...(isStream && { stream: true, stream_options: { include_usage: true } }),
  };
}

const word = (index) => WORDS[index % WORDS.length];
const usage = (words) => ({
  prompt_tokens: 200,
  completion_tokens: words,
  total_tokens: 200 + words,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
});
const HEAD = { id: "chatcmpl-bench", created: 1_750_000_000, model: `${MODEL}-2024-07-18`, service_tier: "default", system_fingerprint: "fp_bench" };

/** A whole answer of 100 words with its usage, about 1 KB. */
export const ANSWER = {
  object: "chat.completion",
  ...HEAD,
  choices: [{
    index: 0,
    message: { role: "assistant", content: Array.from({ length: 100 }, (_, index) => word(index)).join(""), refusal: null, annotations: [] },
    logprobs: null,
    finish_reason: "stop",
  }],
  usage: usage(100),
};

/** A streamed answer as objects: a word each, then the finish, then the usage. @param {number} count of events with `[DONE]` */
export function streamObjects(count) {
  const words = count - 3;
  const chunk = (choices, told) => ({ object: "chat.completion.chunk", ...HEAD, choices, usage: told });
  const choice = (delta, finish_reason) => [{ index: 0, delta, logprobs: null, finish_reason }];
  return [
    ...Array.from({ length: words }, (_, index) => chunk(choice({ ...(index === 0 && { role: "assistant" }), content: word(index) }, null), null)),
    chunk(choice({}, "stop"), null),
    chunk([], usage(words)),
  ];
}

/** The same as `count` server-sent events, one a chunk. @param {number} count @returns {Uint8Array[]} */
export function streamChunks(count) {
  const texts = [...streamObjects(count).map((object) => JSON.stringify(object)), "[DONE]"];
  return texts.map((text) => encoder.encode(`data: ${text}\n\n`));
}

/**
 * A streamed answer in the words of the Messages API: `count` events, one a chunk. Two events come before the first
 * word, as many as the real API sends, and a ping.
 * @param {number} count @returns {Uint8Array[]}
 */
export function messageChunks(count) {
  const words = count - 6;
  const told = { input_tokens: 200, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const message = {
    ...{ id: "msg_bench", type: "message", role: "assistant", model: MESSAGES_MODEL, content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage: { ...told, output_tokens: 1 } },
  };
  const events = [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
    ...Array.from({ length: words }, (_, at) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: word(at) } })),
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { ...told, output_tokens: words } },
    { type: "message_stop" },
  ];
  return events.map((event) => encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
}

/** The text of a streamed answer of so many words. @param {number} words */
export const textOfWords = (words) => Array.from({ length: words }, (_, index) => word(index)).join("");

/** Headers as the provider sends them, less those that nobody reads. */
export const replyHeaders = (type) => ({
  "content-type": type,
  "x-request-id": "req_bench",
  "openai-processing-ms": "412",
  "openai-version": "2020-10-01",
});

/** A body that yields one chunk each time it is asked. @param {Uint8Array[]} chunks */
export function bodyOf(chunks) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(chunks[next]);
      next += 1;
      if (next === chunks.length) controller.close();
    },
  });
}
