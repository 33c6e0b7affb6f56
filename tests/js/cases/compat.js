// Providers that speak OpenAI's API in their own ways: what they are sent, and what becomes of what they say.

import assert from "node:assert/strict";
import { all, baseOf, brief, CHAT, CHAT_URL, deployment, eventsIn, fetchOf, post, rejection } from "../support/kit.js";

const QUIRKS = {
  groq: ["reasoning", "x_groq"],
  cerebras: ["reasoning"],
  openrouter: ["reasoning", "comments", "role_in_every_chunk"],
  together_ai: ["reasoning", "eos", "usage_with_choice"],
  mistral: ["thinking_parts", "usage_with_choice", "no_tool_type"],
  hosted_vllm: ["reasoning", "no_terminator"],
  deepseek: ["reasoning_content", "comments"],
  perplexity: ["usage_in_every_chunk", "no_terminator"],
  moonshot: ["reasoning_content", "usage_in_choice"],
};

const TOOLS = [{ type: "function", function: { name: "look_up", parameters: { type: "object", properties: { town: { type: "string" } }, required: ["town"] } } }];

/** A group of one deployment at a provider with its ways. */
function at(kit, name, { params, options, ...rest } = {}) {
  const quirks = QUIRKS[name];
  return kit.single({ one: { quirks, reply: "Four.", ...options }, params: { model: `${name}/some-model`, ...params }, ...rest });
}

const thinks = (name) => QUIRKS[name].some((quirk) => /reason|think/.test(quirk));

/** What the deltas of chunks say. */
function said(chunks) {
  const deltas = chunks.flatMap(({ choices }) => choices).map(({ delta }) => delta);
  const joined = (name) => deltas.map((delta) => delta[name] ?? "").join("");
  return { text: joined("content"), thought: joined("reasoning_content"), has: (name) => deltas.some((delta) => name in delta) };
}

export const compat = {};

for (const name of Object.keys(QUIRKS)) {
  compat[`${name}: an answer is in OpenAI's words, as an object and over fetch`] = async (kit) => {
    const { router, provider } = at(kit, name);
    const answers = [await router.completion(CHAT), await (await router.fetch(CHAT_URL, post(CHAT))).json()];
    for (const { choices: [choice], usage } of answers) {
      assert.equal(choice.message.content, "Four.");
      assert.equal(choice.message.reasoning_content, thinks(name) ? "Let me think." : undefined);
      assert.equal("reasoning" in choice.message, false);
      assert.equal(choice.finish_reason, "stop");
      assert.ok(usage.total_tokens > 0);
    }
    assert.equal(answers[0]._hidden_params.usage.total_tokens, answers[0].usage.total_tokens);
    assert.deepEqual(provider.calls.map(({ path }) => path), ["/v1/chat/completions", "/v1/chat/completions"]);
    assert.equal(provider.calls[0].headers.authorization, "Bearer sk-one");
  };

  compat[`${name}: a stream is in OpenAI's words, as objects and over fetch`] = async (kit) => {
    const { router, provider } = at(kit, name);
    const request = { ...CHAT, stream: true };
    const stream = await router.completion(request);
    const objects = await all(stream);
    const response = await router.fetch(CHAT_URL, post(request));
    const events = eventsIn(await response.text()).filter((event) => !event.startsWith(":"));
    const chunks = events.filter((event) => event.startsWith("{")).map((event) => JSON.parse(event));
    for (const told of [objects, chunks]) {
      const { text, thought, has } = said(told);
      assert.equal(text, "Four.");
      assert.equal(thought, thinks(name) ? "Let me think." : "");
      assert.equal(has("reasoning"), false);
      const ends = told.flatMap(({ choices }) => choices).map((choice) => choice.finish_reason).filter(Boolean);
      assert.deepEqual(ends, ["stop"]);
    }
    const asked = provider.calls[0].body.stream_options;
    assert.deepEqual(asked, ["mistral", "perplexity"].includes(name) ? undefined : { include_usage: true });
    assert.ok(stream.meta.usage.total_tokens > 0, "the usage is told wherever it stands");
    assert.equal(stream.meta.usage_source, "provider");
  };
}

compat["members have the provider's names, as an object and over fetch"] = async (kit) => {
  const { router, provider } = at(kit, "mistral", { options: { refuses: ["max_completion_tokens", "seed", "user", "store"] } });
  const request = { ...CHAT, max_completion_tokens: 12, seed: 7, user: "u", store: true, safe_prompt: true };
  await router.completion(request);
  const text = `{"model":"${CHAT.model}","messages":[{"role":"user","content":"Gr\\u00fc\\u00df"}],"max_completion_tokens" : 12.0,"seed":12345678901234567890}`;
  assert.equal((await router.fetch(CHAT_URL, post(text))).status, 200);
  const [object, bytes] = provider.calls;
  const { model, messages, ...rest } = object.body;
  assert.equal(model, "some-model");
  assert.deepEqual(rest, { max_tokens: 12, random_seed: 7, safe_prompt: true });
  // Every other byte is the caller's.
  assert.equal(bytes.text, '{"model":"some-model","messages":[{"role":"user","content":"Gr\\u00fc\\u00df"}],"max_tokens":12.0,"random_seed":12345678901234567890}');
};

const LONG = "ä".repeat(5_000);

compat["messages and values are the provider's, as an object and over fetch, streamed and whole"] = async (kit) => {
  const params = { model: "deepseek/deepseek-v4-pro" };
  const { router, provider } = at(kit, "deepseek", { params });
  const schema = { type: "object", properties: { a: { type: "string", description: "a \"b\"" } } };
  const request = {
    ...CHAT,
    messages: [
      { role: "developer", content: [{ type: "text", text: LONG }, { type: "text", text: "Be \"brief\"." }] },
      { role: "assistant", content: "Hm." },
      { role: "user", content: LONG },
    ],
    reasoning_effort: "minimal",
    max_completion_tokens: 9,
    response_format: { type: "json_schema", json_schema: { name: "a", schema } },
  };
  await router.completion(request);
  await all(await router.completion({ ...request, stream: true }));
  for (const stream of [false, true]) {
    const response = await router.fetch(CHAT_URL, post({ ...request, stream }));
    assert.equal(response.status, 200, await response.text());
  }
  assert.equal(provider.calls.length, 4);
  for (const { body } of provider.calls) {
    const [told, system, assistant, user] = body.messages;
    assert.deepEqual([told.role, JSON.parse(told.content.slice(told.content.indexOf("{")))], ["system", schema]);
    assert.deepEqual(system, { role: "system", content: `${LONG}\nBe "brief".` });
    assert.deepEqual(assistant, { role: "assistant", content: "Hm.", reasoning_content: " " });
    assert.deepEqual(user, request.messages[2]);
    assert.deepEqual([body.reasoning_effort, body.max_tokens, body.response_format], ["low", 9, { type: "json_object" }]);
  }
  // A value may be another member, and what is thought is then nobody's business.
  await router.completion({ ...CHAT, messages: request.messages.slice(1), reasoning_effort: "none" });
  const { body } = provider.calls.at(-1);
  assert.deepEqual([body.thinking, body.reasoning_effort, body.messages[0]], [{ type: "disabled" }, undefined, request.messages[1]]);
};

compat["a body without anything to be put otherwise goes on byte for byte"] = async (kit) => {
  const text = `{"model":"${CHAT.model}" , "messages":[ {"role":"user", "content":"developer, [\\"content\\"]: null"} ],"seed":1.0}`;
  for (const name of ["groq", "deepseek", "mistral", "together_ai"]) {
    const { router, provider } = at(kit, name, { params: { model: `${name}/${CHAT.model}` } });
    assert.equal((await router.fetch(CHAT_URL, post(text))).status, 200);
    assert.equal(provider.calls[0].text, name === "mistral" ? text.replace("seed", "random_seed") : text);
  }
};

compat["ids of calls are the provider's, though it is alone"] = async (kit) => {
  const { router, provider } = at(kit, "mistral");
  const call = { index: 0, id: "call_123", type: "function", function: { name: "look_up", arguments: '{"town":"Oslo"}' } };
  const messages = [...CHAT.messages, { role: "assistant", content: null, tool_calls: [call] }, { role: "tool", tool_call_id: "call_123", content: "3C" }];
  await router.completion({ ...CHAT, messages, tools: TOOLS, tool_choice: "required" });
  await router.fetch(CHAT_URL, post({ ...CHAT, messages, tools: TOOLS, tool_choice: "required" }));
  for (const { body } of provider.calls) {
    const [assistant, result] = body.messages.slice(-2);
    assert.match(result.tool_call_id, /^[a-zA-Z0-9]{9}$/);
    assert.deepEqual(assistant, { role: "assistant", tool_calls: [{ id: result.tool_call_id, type: "function", function: call.function }] });
    assert.equal(body.tool_choice, "any");
  }
};

compat["who cannot do what is asked is passed over, and nobody is blamed"] = async (kit) => {
  const { router, one, two } = kit.pair({ first: { model: "perplexity/sonar" }, second: { model: "groq/llama" } });
  const answer = await router.completion({ ...CHAT, tools: TOOLS });
  assert.equal(answer.model_used, "groq/llama");
  assert.deepEqual(brief(answer._hidden_params.attempts), [
    { deployment: "one", status: null, error: "UnsupportedParamsError" },
    { deployment: "two", status: 200, error: null },
  ]);
  const response = await router.fetch(CHAT_URL, post({ ...CHAT, tools: TOOLS }));
  assert.equal(response.headers.get("x-switchman-model-id"), "two");
  assert.deepEqual([one.calls.length, two.calls.length], [0, 2]);
  assert.equal((await router.completion(CHAT)).model_used, "perplexity/sonar");
};

compat["nobody can: the caller is told, or the member is left out"] = async (kit) => {
  const { router, provider } = at(kit, "perplexity");
  const error = await rejection(router.completion({ ...CHAT, stop: ["x"] }));
  assert.ok(error instanceof kit.UnsupportedParamsError);
  assert.deepEqual([error.status, error.param, error.code], [400, "stop", "unsupported_parameter"]);
  const response = await router.fetch(CHAT_URL, post({ ...CHAT, stop: ["x"] }));
  assert.deepEqual([response.status, (await response.json()).error.param], [400, "stop"]);
  assert.equal(provider.calls.length, 0);
  await router.completion({ ...CHAT, stop: ["x"], drop_params: true });
  await router.completion({ ...CHAT, stop: ["x"], seed: 1 }, { allowed_openai_params: ["stop"], additional_drop_params: ["seed"] });
  assert.deepEqual(provider.calls.map(({ body }) => [body.stop, body.seed]), [[undefined, undefined], [["x"], undefined]]);
};

compat["what a trusted caller drops is dropped over fetch, and with a provider that is translated"] = async (kit) => {
  const host = { trustRequestOptions: true };
  const { router, provider } = at(kit, "groq", { host });
  const request = { ...CHAT, top_k: 3, additional_drop_params: ["top_k"] };
  await router.fetch(CHAT_URL, post(request));
  assert.equal("top_k" in provider.calls[0].body || "additional_drop_params" in provider.calls[0].body, false);
  const abroad = kit.single({ one: { dialect: "anthropic" }, params: { model: "anthropic/claude-haiku-4-5", api_base: baseOf("one") } });
  await abroad.router.completion({ ...CHAT, seed: 3 }, { additional_drop_params: ["seed"] });
  assert.equal(abroad.provider.calls.length, 1);
};

compat["tool calls are whole, whatever the server leaves out"] = async (kit) => {
  for (const quirks of [["no_tool_index"], ["no_tool_type"], ["object_arguments"], ["object_arguments", "no_tool_index", "no_tool_type"]]) {
    const { router } = at(kit, "openrouter", { options: { quirks } });
    const whole = await (await router.completion({ ...CHAT, tools: TOOLS, stream: true })).final();
    const [streamed] = whole.choices[0].message.tool_calls;
    assert.deepEqual([streamed.type, streamed.function.name], ["function", "look_up"], String(quirks));
    assert.equal(typeof JSON.parse(streamed.function.arguments).town, "string");
    const answer = await router.completion({ ...CHAT, tools: TOOLS });
    const [call] = answer.choices[0].message.tool_calls;
    assert.deepEqual([call.type, typeof call.function.arguments], ["function", "string"], String(quirks));
  }
};

compat["an error beside a choice ends a stream, before content elsewhere and after it with an error"] = async (kit) => {
  const broken = (head) => async () => {
    const error = { code: 502, message: "Provider disconnected" };
    const choice = { index: 0, delta: { content: "" }, finish_reason: "error" };
    const events = [...head, { id: "c", choices: [choice], error }];
    const texts = [...events.map((event) => JSON.stringify(event)), "[DONE]"].map((data) => `data: ${data}\n\n`);
    const body = new ReadableStream({
      pull(controller) {
        const next = texts.shift();
        if (next === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(next));
      },
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  const text = { id: "c", choices: [{ index: 0, delta: { content: "Fo" }, finish_reason: null }] };
  const two = kit.provider("two", { reply: "Four." });
  const model_list = [deployment("one", { order: 1, model: "openrouter/a" }), deployment("two", { order: 2 })];
  const router = (head) => {
    const fetchOne = broken(head);
    const fetch = (url, init) => (new URL(url).hostname === "one.test" ? fetchOne() : fetchOf(two)(url, init));
    return kit.router({ model_list }, { fetch, seed: 1 });
  };
  const moved = await router([]).completion({ ...CHAT, stream: true });
  assert.equal(said(await all(moved)).text, "Four.");
  const error = await rejection(router([text]).completion({ ...CHAT, stream: true }).then(all));
  assert.equal(error.message, "Provider disconnected");
};

compat["a key and an address of the environment are found, and the cost under the provider's name"] = async (kit) => {
  const provider = kit.provider("one", { apiKey: "sk-groq", quirks: QUIRKS.groq });
  const env = { GROQ_API_KEY: "sk-groq", GROQ_API_BASE: baseOf("one") };
  const model_list = [{ model_name: CHAT.model, litellm_params: { model: "groq/openai/gpt-oss-120b" } }];
  const router = kit.router({ model_list }, { env, fetch: fetchOf(provider) });
  const answer = await router.completion(CHAT);
  assert.equal(answer._hidden_params.provider, "groq");
  assert.ok(answer._hidden_params.response_cost > 0, String(answer._hidden_params.response_cost));
  const stream = await router.completion({ ...CHAT, stream: true, stream_options: { include_usage: true } });
  const told = (await all(stream)).flatMap(({ usage }) => (usage ? [usage] : []));
  assert.ok(stream.meta.response_cost > 0 || told.length > 0);
};
