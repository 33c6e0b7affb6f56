/** One call through the router, whole or streamed, and what is worth knowing about it afterwards. */

import { RouterError } from "switchman";

// The model continues text, so a prompt is the opening of a sentence; 4 and 25 have no common divisor: 100 different ones.
const FORMS = ["The best thing about {} is", "People who know {} well say that", "Long before {}, there was", "A child once asked about {}, and"];
const TOPICS = "bread,rain,the moon,a bicycle,salt,a river,glass,a clock,honey,snow,a bridge,wool,the sea,paper,a lamp,iron,tea,a tree,music,wind,a map,soap,a kite,rice,a garden".split(",");

/** The prompt of a call, by its number from 0. */
export const prompt = (call) => FORMS[call % FORMS.length].replace("{}", TOPICS[call % TOPICS.length]);

/**
 * Makes one call and notes how it came about. Never rejects: a failure is a result too, and ends up in the report.
 *
 * @param {import("switchman").Router} router
 * @param {number} call its number, from 0.
 * @param {{ stream: boolean, maxTokens: number }} options
 * @returns {Promise<import("./report.mjs").Result>}
 */
export async function recordCall(router, call, { stream, maxTokens }) {
  const started = performance.now();
  const request = { model: "local", messages: [{ role: "user", content: prompt(call) }], max_tokens: maxTokens, temperature: 0 };
  try {
    const { meta, ...answer } = stream ? await readStream(router, request, call) : await readWhole(router, request);
    return {
      ...answer,
      call,
      prompt: prompt(call),
      server: meta.model_id,
      attempts: meta.attempts,
      tokens: meta.usage.completion_tokens,
      ms: performance.now() - started,
    };
  } catch (error) {
    return { call, error, ms: performance.now() - started };
  }
}

async function readWhole(router, request) {
  const answer = await router.completion(request);
  const [{ message, finish_reason }] = answer.choices;
  return { text: message.content, end: finish_reason, meta: answer._hidden_params };
}

/**
 * Reads a stream; every other call reads it chunk by chunk, the rest at once. What has reached the caller cannot be
 * taken back, so a stream that is cut after its first words ends in an error by design, and asking again is the
 * caller's part: one kill can make that necessary once per stream under way.
 */
async function readStream(router, request, call) {
  for (let cuts = 0; ; cuts++) {
    // Resolves with the first words: until then the router moves on by itself, and a rejection is a failed call.
    const stream = await router.completion({ ...request, stream: true });
    try {
      const { text, end } = call % 2 === 0 ? await readChunks(stream) : await readFinal(stream);
      return { text, end, cuts, meta: stream.meta };
    } catch (error) {
      const isCut = error instanceof RouterError && error.side === "upstream" && error.deployment === "left";
      if (!isCut || cuts > 0) throw error;
    }
  }
}

async function readChunks(stream) {
  let text = "";
  let end;
  for await (const { choices } of stream) {
    text += choices[0]?.delta.content ?? "";
    end = choices[0]?.finish_reason ?? end;
  }
  return { text, end };
}

async function readFinal(stream) {
  const [{ message, finish_reason }] = (await stream.final()).choices;
  return { text: message.content, end: finish_reason };
}
