// The chunks of a stream, folded into the completion that would have come without streaming.

/**
 * @param {any[]} chunks
 * @param {any} usage what the core read, where no chunk carries it
 */
export function assemble(chunks, usage) {
  const first = chunks[0] ?? {};
  const completion = { ...first, object: "chat.completion" };
  /** By their index, which is the provider's: a list with holes would be walked through. @type {Map<number, Folded>} */
  const choices = new Map();
  for (const chunk of chunks) {
    // What came before is void.
    if (chunk.switchman?.event === "restart") choices.clear();
    if (chunk.usage) {
      // What it cost is in the metadata, as of any answer.
      const { cost, ...usage } = chunk.usage;
      completion.usage = usage;
    }
    if (chunk.system_fingerprint) completion.system_fingerprint = chunk.system_fingerprint;
    if (chunk.service_tier) completion.service_tier = chunk.service_tier;
    for (const part of chunk.choices ?? []) {
      const index = part.index ?? 0;
      const choice = choices.get(index) ?? { index, message: { role: "assistant", content: null }, logprobs: null, finish_reason: null, calls: new Map() };
      choices.set(index, choice);
      fold(choice, part);
    }
  }
  completion.choices = inOrder(choices).map(({ calls, ...choice }) => {
    if (calls.size > 0) choice.message.tool_calls = inOrder(calls);
    return choice;
  });
  if (!completion.usage) {
    if (usage) {
      const { prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens, cache_write_tokens } = usage;
      const { input_audio_tokens, input_image_tokens, output_audio_tokens, output_image_tokens } = usage;
      completion.usage = {
        prompt_tokens,
        completion_tokens,
        total_tokens,
        prompt_tokens_details: counted({
          cached_tokens,
          cache_write_tokens,
          audio_tokens: input_audio_tokens,
          image_tokens: input_image_tokens,
        }),
        completion_tokens_details: counted({
          reasoning_tokens,
          audio_tokens: output_audio_tokens,
          image_tokens: output_image_tokens,
        }),
      };
    } else delete completion.usage;
  }
  return completion;
}

/** A choice as far as it has come, with its tool calls by their index. @typedef {Record<string, any> & { calls: Map<number, any> }} Folded */

/** Some providers count from 1, and the first to come need not be the first. @param {Map<number, any>} parts @returns {any[]} */
const inOrder = (parts) => [...parts].sort(([one], [other]) => one - other).map(([, part]) => part);

/** Without what is not counted. */
const counted = (details) => Object.fromEntries(Object.entries(details).filter(([, count]) => count !== undefined));

/** Lists of which each chunk brings more. */
const LISTS = new Set(["thinking_blocks", "annotations"]);

function fold(choice, part) {
  if (part.finish_reason) choice.finish_reason = part.finish_reason;
  if (part.logprobs) {
    choice.logprobs ??= {};
    for (const [name, list] of Object.entries(part.logprobs)) {
      if (Array.isArray(list)) (choice.logprobs[name] ??= []).push(...list);
    }
  }
  const { message } = choice;
  for (const [name, value] of Object.entries(part.delta ?? {})) {
    if (value === null || value === undefined) continue;
    if (name === "tool_calls") for (const call of value) foldToolCall(choice.calls, call);
    else if (LISTS.has(name) && Array.isArray(value)) (message[name] ??= []).push(...value);
    else if (name !== "role" && typeof value === "string") message[name] = (message[name] ?? "") + value;
    else message[name] = value;
  }
}

function foldToolCall(calls, part) {
  const { index: given, function: named, custom, ...rest } = part;
  // One without an index is another call, behind those that are there.
  const index = given ?? Math.max(-1, ...calls.keys()) + 1;
  const call = calls.get(index) ?? {};
  calls.set(index, call);
  Object.assign(call, rest);
  for (const [kind, piece] of [["function", named], ["custom", custom]]) {
    if (!piece) continue;
    const whole = (call[kind] ??= {});
    for (const [name, text] of Object.entries(piece)) {
      whole[name] = typeof text === "string" && name !== "name" ? (whole[name] ?? "") + text : text;
    }
  }
}
