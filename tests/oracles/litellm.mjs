/**
 * What LiteLLM makes of ten requests, as its `return_raw_request` tells it with `drop_params` (1.106.2, in
 * `tests/fixtures/litellm/requests.jsonl`), and how it differs from what is sent here.
 */

import { readFileSync } from "node:fs";
import { at } from "../../scripts/project.mjs";

const user = (content) => ({ role: "user", content });
const call = (id, city) => ({ id, type: "function", function: { name: "get_weather", arguments: JSON.stringify({ city }) } });
const result = (id, content) => ({ role: "tool", tool_call_id: id, content });
const CITY = {
  type: "object",
  properties: { city: { type: "string" }, unit: { type: "string", enum: ["c", "f"] } },
  required: ["city"],
  additionalProperties: false,
};
const PERSON = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer", minimum: 0 } },
  required: ["name", "age"],
  additionalProperties: false,
};
const tools = [{ type: "function", function: { name: "get_weather", description: "Weather", parameters: CITY, strict: true } }];
const weather = { messages: [user("Weather in Oslo?")], tools };

/** The requests, by the names that they have in the record. */
export const TEN = {
  basic: { messages: [{ role: "system", content: "Be terse." }, user("Hi")], max_tokens: 64, temperature: 0.5, top_p: 0.9, stop: ["END"] },
  tools: {
    messages: [
      { role: "developer", content: "Use tools." },
      ...[user("Weather in Oslo?"), { role: "assistant", content: null, tool_calls: [call("call_1", "Oslo"), call("call_2", "Bergen")] }],
      ...[result("call_1", "3C"), result("call_2", "5C")],
    ],
    ...{ tools, tool_choice: "required", parallel_tool_calls: false, max_completion_tokens: 100 },
  },
  named_tool: { ...weather, tool_choice: { type: "function", function: { name: "get_weather" } } },
  tool_none: { ...weather, tool_choice: "none" },
  image: {
    messages: [user([{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=", detail: "low" } }])],
    max_tokens: 20,
  },
  json_schema: { messages: [user("Give a person")], response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema: PERSON } } },
  json_object: { messages: [user("Give JSON")], response_format: { type: "json_object" } },
  reasoning: { messages: [user("Hard")], reasoning_effort: "medium", max_completion_tokens: 8_000 },
  misc: {
    messages: [user("Hi")],
    ...{ seed: 7, n: 1, user: "user-123", presence_penalty: 0.1, frequency_penalty: 0.2, logprobs: true, top_logprobs: 2 },
    ...{ metadata: { a: "b" }, service_tier: "auto", stream: true, stream_options: { include_usage: true } },
  },
  cache: {
    messages: [{ role: "system", content: [{ type: "text", text: "Long prompt", cache_control: { type: "ephemeral" } }] }, user("Hi")],
    max_tokens: 5,
  },
};

/** Where the record had an address of its own. */
const ADDRESSES = {
  azure: { api_base: "https://res.openai.azure.com", api_version: "2024-10-21" },
  databricks: { api_base: "https://adb.example/serving-endpoints" },
  cloudflare: { api_base: "https://api.cloudflare.com/client/v4/accounts/acct/ai/v1" },
};

/** @returns {Map<string, { request: string, url: string, body: object }[]>} by model, with its provider in front */
export function recorded() {
  const byModel = new Map();
  for (const line of readFileSync(at("tests", "fixtures", "litellm", "requests.jsonl"), "utf8").split("\n").filter(Boolean)) {
    const { model, ...record } = JSON.parse(line);
    byModel.set(model, [...(byModel.get(model) ?? []), record]);
  }
  return byModel;
}

/** What goes out to a model, by request: `{ url, body }`. @throws what the router is refused with */
export async function sentTo(Router, model) {
  const [provider] = model.split("/");
  const sent = [];
  const fetch = async (url, { body }) => {
    sent.push({ url, body: await new Response(body).json() });
    return Response.json({ error: { message: "seen" } }, { status: 400 });
  };
  const model_list = [{ model_name: "group", litellm_params: { model, api_key: "sk-none", ...ADDRESSES[provider] } }];
  const router = new Router({ model_list, num_retries: 0, drop_params: true, disable_cooldowns: true }, { fetch });
  const byRequest = {};
  for (const [name, request] of Object.entries(TEN)) {
    await router.completion({ ...request, model: "group" }).catch(() => {});
    byRequest[name] = sent.pop();
  }
  router.free();
  return byRequest;
}

/** Gemini takes its members in either way of writing; those of a caller's schema have no `_` here. */
function camel(value) {
  if (Array.isArray(value)) return value.map(camel);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), camel(inner)]));
}

/** The body as it goes out: what LiteLLM hands to OpenAI's client as `extra_body` stands among the others there. */
const written = (model, { extra_body, extra_headers, ...body }) => (model.startsWith("gemini/") ? camel : (same) => same)({ ...body, ...extra_body });

/**
 * Where two requests differ: places, with `*` for the number of an item.
 * @returns {string[]}
 */
export function differences(model, theirs, ours) {
  const places = new Set();
  // Where OpenAI's client makes the address out of it, the record has the base alone.
  if (!ours.url.startsWith(theirs.url)) places.add("address");
  compare(written(model, theirs.body), written(model, ours.body), "", places);
  return [...places];
}

function compare(one, other, place, places) {
  const isObject = (value) => value !== null && typeof value === "object";
  if (isObject(one) && isObject(other) && Array.isArray(one) === Array.isArray(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const step = Array.isArray(one) ? "*" : name;
      compare(one[name], other[name], place ? `${place}.${step}` : step, places);
    }
  } else if ((one ?? null) !== (other ?? null)) {
    // What is `null` says what is not there.
    places.add(place);
  }
}
