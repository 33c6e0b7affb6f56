// The chunks of a stream, folded into the completion that would have come without streaming.

/**
 * @param {any[]} chunks
 * @param {any} usage what the core read, where no chunk carries it
 */
export function assemble(chunks, usage) {
  const first = chunks[0] ?? {};
  const completion = { ...first, object: "chat.completion", choices: [] };
  for (const chunk of chunks) {
    // What came before is void.
    if (chunk.switchman?.event === "restart") completion.choices = [];
    if (chunk.usage) {
      // What it cost is in the metadata, as of any answer.
      const { cost, ...usage } = chunk.usage;
      completion.usage = usage;
    }
    if (chunk.system_fingerprint) completion.system_fingerprint = chunk.system_fingerprint;
    if (chunk.service_tier) completion.service_tier = chunk.service_tier;
    for (const part of chunk.choices ?? []) {
      const index = part.index ?? 0;
      completion.choices[index] ??= { index, message: { role: "assistant", content: null }, logprobs: null, finish_reason: null };
      fold(completion.choices[index], part);
    }
  }
  completion.choices = completion.choices.filter(Boolean);
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
    if (name === "tool_calls") value.forEach((call) => foldToolCall((message.tool_calls ??= []), call));
    else if (LISTS.has(name) && Array.isArray(value)) (message[name] ??= []).push(...value);
    else if (name !== "role" && typeof value === "string") message[name] = (message[name] ?? "") + value;
    else message[name] = value;
  }
}

function foldToolCall(calls, part) {
  const index = part.index ?? calls.length;
  const { index: _, function: named, custom, ...rest } = part;
  const call = (calls[index] ??= {});
  Object.assign(call, rest);
  for (const [kind, piece] of [["function", named], ["custom", custom]]) {
    if (!piece) continue;
    const whole = (call[kind] ??= {});
    for (const [name, text] of Object.entries(piece)) {
      whole[name] = typeof text === "string" && name !== "name" ? (whole[name] ?? "") + text : text;
    }
  }
}
