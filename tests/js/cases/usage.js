/** What answers say they used: the same however they are asked for and read. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, post } from "../support/kit.js";
import { STREAM, mixed } from "../support/mixed.js";

export const usage = {};

/** Every way to call: what the end of the call tells. */
const WAYS = {
  completion: (router) => router.completion(CHAT),
  "completion, streamed": async (router) => (await router.completion({ ...STREAM, stream_options: { include_usage: true } })).final(),
  "completion, streamed and not asked for its usage": async (router) => (await router.completion(STREAM)).final(),
  fetch: async (router) => (await router.fetch(CHAT_URL, post(CHAT))).text(),
  "fetch, streamed": async (router) =>
    (await router.fetch(CHAT_URL, post({ ...STREAM, stream_options: { include_usage: true } }))).text(),
};

const plain = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, cached_tokens: 4, reasoning_tokens: 0 };

/** By dialect: what the provider says, and what is told of it. */
const TOLD = {
  "a plain one": [
    "openai",
    { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 } },
    plain,
  ],
  "one of DeepSeek's": ["openai", { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, prompt_cache_hit_tokens: 4 }, plain],
  "one of xAI's, with reasoning beside the completion": [
    "openai",
    { prompt_tokens: 9, completion_tokens: 3, total_tokens: 17, completion_tokens_details: { reasoning_tokens: 5 } },
    { ...plain, completion_tokens: 8, total_tokens: 17, cached_tokens: 0, reasoning_tokens: 5 },
  ],
  "one with reasoning in the completion": [
    "openai",
    { prompt_tokens: 9, completion_tokens: 8, total_tokens: 17, completion_tokens_details: { reasoning_tokens: 5 } },
    { ...plain, completion_tokens: 8, total_tokens: 17, cached_tokens: 0, reasoning_tokens: 5 },
  ],
  "one with audio and images": [
    "openai",
    {
      prompt_tokens: 9,
      completion_tokens: 3,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 4, audio_tokens: 2, image_tokens: 1, cached_tokens_details: { audio_tokens: 1 } },
      completion_tokens_details: { audio_tokens: 3 },
    },
    { ...plain, input_audio_tokens: 2, cached_audio_tokens: 1, input_image_tokens: 1, output_audio_tokens: 3 },
  ],
  "one of Anthropic's": [
    "anthropic",
    {
      input_tokens: 2,
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 3,
      cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 1 },
      output_tokens: 3,
      server_tool_use: { web_search_requests: 2 },
      service_tier: "standard",
    },
    { ...plain, cache_write_tokens: 3, cache_write_1h_tokens: 1, web_searches: 2 },
  ],
  "one of Gemini's": [
    "gemini",
    {
      promptTokenCount: 7,
      toolUsePromptTokenCount: 2,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 3,
      thoughtsTokenCount: 5,
      totalTokenCount: 17,
      promptTokensDetails: [{ modality: "AUDIO", tokenCount: 2 }],
      cacheTokensDetails: [{ modality: "AUDIO", tokenCount: 1 }],
      serviceTier: "standard",
    },
    { ...plain, completion_tokens: 8, total_tokens: 17, reasoning_tokens: 5, input_audio_tokens: 2, cached_audio_tokens: 1 },
  ],
};

for (const [name, [dialect, said, told]] of Object.entries(TOLD)) {
  for (const [way, call] of Object.entries(WAYS)) {
    // A provider of OpenAI's shape that is not asked tells nothing.
    if (way.endsWith("its usage") && dialect === "openai") continue;
    usage[`${name}: ${way}`] = async (kit) => {
      const { router } = mixed(kit, [dialect], { one: { usage: said } });
      const ends = [];
      router.on("request_end", (event) => ends.push(event.usage));
      await call(router);
      assert.deepEqual(ends, [told]);
    };
  }
}

usage["a stream that is put together tells the counts that no chunk has told"] = async (kit) => {
  const { router } = mixed(kit, ["anthropic"], { one: { usage: TOLD["one of Anthropic's"][1] } });
  const answer = await (await router.completion(STREAM)).final();
  assert.deepEqual(answer.usage, {
    prompt_tokens: 9,
    completion_tokens: 3,
    total_tokens: 12,
    prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
    completion_tokens_details: { reasoning_tokens: 0 },
  });
};

usage["an answer that tells its tier and no usage is one"] = async ({ Router }) => {
  const answer = { id: "a", object: "chat.completion", service_tier: "flex", choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }] };
  const model_list = [{ model_name: CHAT.model, litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-one" } }];
  const router = new Router({ model_list, num_retries: 0 }, { fetch: async () => Response.json(answer) });
  const { choices, _hidden_params: meta } = await router.completion(CHAT);
  assert.deepEqual([choices, meta.usage, meta.usage_source, meta.response_cost], [answer.choices, null, "none", null]);
  assert.deepEqual(await (await router.fetch(CHAT_URL, post(CHAT))).json(), answer);
};
