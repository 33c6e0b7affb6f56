/** What the fuzzer begins with beside the committed inputs: the requests of the conformance run, the test kit's answers to them,
 * the corpus of errors, and some texts by hand. */

import { readFileSync } from "node:fs";
import { handwritten } from "../../tests/oracles/handwritten.mjs";
import { ASKED, EMBEDDED } from "../../tests/oracles/asked.mjs";
import { REQUESTS } from "../conformance/requests.mjs";
import { fakeProvider, openaiError } from "../../js/testkit/index.js";
import { at } from "../project.mjs";

const SMALL = JSON.parse(readFileSync(at("fuzz", "small.json"), "utf8"));

/** What is put in front of saved bytes and behind them again. */
const FRAME = 4;

const QUIRKS = [
  "reasoning", "reasoning_content", "thinking_parts", "usage_in_every_chunk", "usage_with_choice", "usage_in_choice", "x_groq",
  "role_in_every_chunk", "no_terminator", "comments", "no_tool_index", "no_tool_type", "object_arguments", "eos", "content_filter",
];

/** Bodies of requests, as callers write them. */
const asked = () => [...Object.values(REQUESTS), ...Object.values(ASKED), ...Object.values(EMBEDDED)].map((body) => ({ model: "chat", ...body }));

const HEADERS = [
  "retry-after: 2", "retry-after: 1.5\nretry-after-ms: 250", "retry-after: Sun, 06 Nov 1994 08:49:37 GMT", "x-should-retry: true",
  "x-ratelimit-remaining-requests: 59\nx-ratelimit-reset-requests: 1s\nx-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 6m0s",
  "anthropic-ratelimit-requests-remaining: 0\nanthropic-ratelimit-requests-reset: 2024-05-01T12:00:30.25+02:00",
  "x-ratelimit-reset: 1714564810500", "x-ratelimit-reset: 2024-05-01T12:00:00-00:9223372036854775807", "x-ratelimit-reset: 7m12.5s", "a: 1e22\nb: -0.5E-3\nc: 2 days", "GET: /v1/models/a%2Fb?x=1",
];

const CONFIGS = [
  SMALL,
  { config: SMALL, host: { allowedModels: ["chat"], trustRequestOptions: ["timeout"], subrequests: 50, maxBodyBytes: 1_000_000 } },
  {
    model_list: [
      { model_name: "a", litellm_params: { model: "azure/dep", api_base: "https://r.openai.azure.com", api_version: "2024-10-21", api_key: "os.environ/A", max_retries: 1, extra_headers: { "x-a": "b" } } },
      { model_name: "b*", litellm_params: { model: "openai/*", api_key: "k", weight: 2, order: 1, max_parallel_requests: 3, drop_params: true, mock_response: "Hi" } },
    ],
    router_settings: {
      ...{ num_retries: 2, timeout: 30, cooldown_time: 5, allowed_fails: 1, enable_pre_call_checks: true, routing_strategy: "usage-based-routing-v2" },
      retry_policy: { TimeoutErrorRetries: 1, RateLimitErrorRetries: 0 },
      model_group_alias: { gpt: "a", old: { model: "a", hidden: true } },
      context_window_fallbacks: [{ a: ["b1"] }],
      default_fallbacks: ["a"],
    },
    litellm_settings: { drop_params: true, request_timeout: 10 },
    environment_variables: { A: "k" },
  },
  { timeout: 5, num_retries: 1, fallbacks: ["spare"], metadata: { tags: ["x"] }, deadlineMs: 100, mock_response: "Hi", priority: 1 },
];

/** Settings that the small config lacks, one at a time. */
const SETTINGS = {
  max_fallbacks: 2, max_attempts: 4, deadline: 30, idle_timeout: 5, first_token_timeout: 1.5, disable_cooldowns: true,
  mid_stream: "restart", commit: "head", stream_usage: "always", when_all_down: "error", fallback_on: ["RateLimitError"],
  hedging: { after_ms: 500 }, allowed_fails_policy: { TimeoutErrorAllowedFails: 3 }, default_max_parallel_requests: 5,
  model_group_retry_policy: { chat: { BadRequestErrorRetries: 0 } }, optional_pre_call_checks: ["enforce_model_rate_limits", "prompt_caching"],
  enable_tag_filtering: true, untagged_requests: "any", tag_budget_config: { t: { max_budget: 1, budget_duration: "1h" } },
  error_rules: [{ status: 418, message_contains: "tea", kind: "RateLimitError" }], callbacks: ["otel"], cache_responses: true, caching_groups: [["chat", "spare"]],
  conditional_routing: [{ when: { "metadata.plan": "x" }, then: "spare" }], experiments: [{ name: "e", model: "chat", variants: [{ model: "spare", weight: 0.5 }, { model: "chat" }] }],
  routing_groups: [{ group_name: "all", models: ["chat", "spare"], routing_strategy: "round-robin" }], retry_after: 1,
  content_policy_fallbacks: [{ chat: ["spare"] }], routing_strategy_args: { ttl: 60, lowest_latency_buffer: 0.2 }, default_priority: 1,
};

/** The same of one deployment. */
const PARAMS = {
  region_name: "eu", extra_headers: { "x-a": "b" }, extra_body: { a: 1 }, tags: ["free"], mock_timeout: true,
  additional_drop_params: ["user"], allowed_openai_params: ["tools"], input_cost_per_token: "0.000001", tiered_pricing: [{ range: [0, 1000], input_cost_per_token: 1e-6 }],
  silent_model: "spare", timeout: 120, retry_policy: { RateLimitErrorRetries: 2 }, organization: "o", custom_llm_provider: "openai", api_base: "https://h/v1",
};

const small = (change) => {
  const config = structuredClone(SMALL);
  change(config);
  return config;
};

const VARIANTS = [
  ...Object.entries(SETTINGS).map(([name, value]) => small(({ router_settings }) => (router_settings[name] = value))),
  ...Object.entries(PARAMS).map(([name, value]) => small(({ model_list }) => (model_list[0].litellm_params[name] = value))),
];

const STORED = [[null, null], [1, 2, 3, 1e12], ["\u0001\u0002ÿ", 0.5, -1], [2_199_023_255_552_000 + 1_750_000_003_000, "", null, 7]];

/** The whole answers and streams of a provider of this dialect to every request. */
async function answers(dialect, model) {
  const { Router } = await import("../../dist/entry/node.js");
  const seen = [];
  for (const quirks of dialect === "openai" ? [[], ...QUIRKS.map((quirk) => [quirk])] : [[]]) {
    const provider = fakeProvider({ dialect, quirks });
    const fetch = async (...request) => {
      const text = await (await provider.fetch(...request)).text();
      seen.push(text);
      return new Response(text);
    };
    const model_list = [{ model_name: "chat", litellm_params: { model, api_key: "k" } }];
    const router = new Router({ model_list, num_retries: 0, drop_params: true, disable_cooldowns: true }, { fetch });
    const bodies = quirks.length > 0 ? [REQUESTS["a text"], REQUESTS["this tool"], REQUESTS["much effort"]] : Object.values(REQUESTS);
    for (const stream of [false, true]) for (const body of bodies) await router.completion({ ...body, model: "chat", stream }).catch(() => {});
    router.free();
  }
  return seen;
}

/** What a router has learnt of a few calls. */
async function saved() {
  const { Router } = await import("../../dist/entry/node.js");
  const states = [];
  for (const status of [200, 429, 500]) {
    const provider = fakeProvider({ dialect: "openai", faults: status === 200 ? undefined : { status, body: openaiError(status) } });
    const router = new Router(SMALL, { fetch: provider.fetch });
    for (let call = 0; call < 5; call += 1) {
      await router.completion({ model: "chat", messages: [{ role: "user", content: "Hi" }] }).catch(() => {});
      states.push(Buffer.from(router.exportState()).subarray(FRAME, -FRAME));
    }
    router.free();
  }
  return states;
}

const errors = () => {
  const lines = readFileSync(at("tests", "fixtures", "errors", "corpus.jsonl"), "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line).body).map((body) => (typeof body === "string" ? body : JSON.stringify(body)));
};

const json = (values) => values.map((value) => JSON.stringify(value));
const streams = async () => [...(await answers("openai", "openai/gpt-4o")), ...handwritten().map(({ bytes }) => bytes)];

/** By target; a target may have none. */
const SEEDS = {
  sse: async () => (await streams()).slice(-40),
  headers: () => HEADERS,
  json: () => [...json(asked()).slice(0, 30), ...errors().slice(0, 10), "[1,-0,2.5e3,1E-2,18446744073709551615,0.1]", '{"a":1,"a":2,"\\u0062\\n":"\\ud83d\\ude00"}'],
  body: () => [...json(asked()), '{"model":"a","messages":[{"role":"user","content":"~\\n~é"}],"stream":true}'],
  openai: streams,
  anthropic_request: () => json(asked()),
  anthropic_answer: () => answers("anthropic", "anthropic/claude-sonnet-4-5"),
  gemini_request: () => json(asked()),
  gemini_answer: () => answers("gemini", "gemini/gemini-2.5-flash"),
  portable: () => json(asked()),
  errors,
  config: () => json([...CONFIGS, ...VARIANTS]),
  saved,
  store: () => json(STORED),
};

/** @returns {Promise<Buffer[]>} */
export const seeds = async (target) => ((await SEEDS[target]?.()) ?? []).map((seed) => Buffer.from(seed));
