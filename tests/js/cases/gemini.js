/** What is Gemini's own: signatures of thoughts and who gets them, blocks, keys, embeddings, prices. */

import assert from "node:assert/strict";
import { modelOf } from "../support/dialects.js";
import { CHAT, CHAT_URL, GROUP, all, brief, deployment, eventsIn, fetchOf, post, rejection } from "../support/kit.js";
import { STREAM, WITH_TOOL, mixed, sentenceOf } from "../support/mixed.js";

export const gemini = {};

/** A model that wants its signatures back. */
const SIGNING = { model: "gemini/gemini-3-flash-preview" };

const EMBEDDINGS_URL = "https://router.test/v1/embeddings";

/** Every way to ask: the message of the answer, and what it costs. */
const WAYS = {
  completion: async (router, request) => (await router.completion(request)).choices[0].message,
  "completion, streamed": async (router, request) =>
    (await (await router.completion({ ...request, stream: true })).final()).choices[0].message,
  fetch: async (router, request) => (await (await router.fetch(CHAT_URL, post(request))).json()).choices[0].message,
  "fetch, as bytes of other letters": async (router, request) => {
    const body = new TextEncoder().encode(JSON.stringify({ ...request, user: "ž馬" }));
    return (await (await router.fetch(CHAT_URL, post(body))).json()).choices[0].message;
  },
  async "fetch, streamed"(router, request) {
    const text = await (await router.fetch(CHAT_URL, post({ ...request, stream: true }))).text();
    const deltas = eventsIn(text)
      .slice(0, -1)
      .map((data) => JSON.parse(data).choices[0]?.delta ?? {});
    return { content: deltas.map(({ content }) => content ?? "").join(""), tool_calls: joined(deltas.flatMap((delta) => delta.tool_calls ?? [])) };
  },
};

/** The pieces of calls, put together. */
function joined(pieces) {
  const calls = [];
  for (const { index, function: { name = "", arguments: part }, ...rest } of pieces) {
    const call = (calls[index] ??= { ...rest, function: { name, arguments: "" } });
    call.function.arguments += part;
  }
  return calls;
}

/** The turn after, as a client keeps it that knows of a call its id, its name and its arguments. */
function after({ tool_calls: calls }) {
  const kept = calls.map(({ id, type, function: called }) => ({ id, type, function: called }));
  const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "sunny" }));
  return { ...WITH_TOOL, messages: [...WITH_TOOL.messages, { role: "assistant", content: null, tool_calls: kept }, ...results] };
}

for (const [way, ask] of Object.entries(WAYS)) {
  gemini[`s115 ${way}: a tool's round trip brings the signature back, which the provider demands`] = async (kit) => {
    const { router, one } = mixed(kit, ["gemini"], { params: { one: SIGNING }, config: { num_retries: 0 } });
    const message = await ask(router, WITH_TOOL);
    const [{ id, function: called }] = message.tool_calls;
    assert.deepEqual([called.name, JSON.parse(called.arguments)], ["look_up", { town: "one" }]);
    assert.match(id, /^one-1_[0-9a-f]{8}__thought__/);
    assert.equal((await ask(router, after(message))).content, sentenceOf("one"));
    const [, call, result] = one.calls[1].body.contents;
    assert.equal(call.parts[0].functionCall.id, "one-1");
    assert.equal(call.parts[0].thoughtSignature, id.split("__thought__")[1]);
    assert.equal(result.parts[0].functionResponse.id, "one-1");
  };

  gemini[`s115 ${way}: on a hop nobody else sees a signature, and the way back is open`] = async (kit) => {
    const params = { one: SIGNING };
    const { router, one, two, three } = mixed(kit, ["gemini", "openai", "anthropic"], { params, config: { num_retries: 2 } });
    const message = await ask(router, WITH_TOOL);
    one.setFaults({ status: 503 });
    two.setFaults({ status: 503 });
    assert.equal((await ask(router, after(message))).content, sentenceOf("three"));
    for (const { text } of [two.calls[0], three.calls[0]]) assert.doesNotMatch(text, /thought/);
    const [, { tool_calls: calls }, { tool_call_id }] = two.calls[0].body.messages;
    // OpenAI takes ids of forty characters.
    assert.ok(calls[0].id.length <= 40 && calls[0].id === tool_call_id, calls[0].id);
    const [use] = three.calls[0].body.messages[1].content;
    assert.equal(three.calls[0].body.messages[2].content[0].tool_use_id, use.id);
    one.setFaults();
    const back = mixed(kit, ["gemini"], { params });
    assert.equal((await ask(back.router, after(message))).content, sentenceOf("one"));
  };

  gemini[`${way}: a call that another provider has made is taken without a signature`] = async (kit) => {
    const { router } = mixed(kit, ["openai"]);
    const message = await ask(router, WITH_TOOL);
    const signing = mixed(kit, ["gemini"], { params: { one: SIGNING }, config: { num_retries: 0 } });
    assert.equal((await ask(signing.router, after(message))).content, sentenceOf("one"));
  };
}

gemini["what has no signature goes on to others byte for byte"] = async (kit) => {
  const { router, two } = mixed(kit, ["gemini", "openai"], { one: { faults: { status: 503 } } });
  const body = `{"model": "${GROUP}", "messages": [{"role":"user", "content":"a thought, _and_ ž"}],"x":1.0}`;
  await (await router.fetch(CHAT_URL, post(body))).text();
  assert.equal(two.calls[0].text, body.replace(GROUP, "model-two"));
};

const BLOCKED = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 } };

gemini["a prompt that is blocked is a violation of the policy, whole and streamed, and has fallbacks of its own"] = async (kit) => {
  for (const [request, fault] of [
    [CHAT, { body: BLOCKED }],
    [STREAM, { events: [BLOCKED] }],
    [CHAT, { body: { candidates: [{ finishReason: "SAFETY" }] } }],
    [STREAM, { events: [{ candidates: [{ content: { parts: [{ text: "" }] } }] }, { candidates: [{ finishReason: "SAFETY" }] }] }],
  ]) {
    const [one, two] = [kit.provider("one", { dialect: "gemini", faults: fault }), kit.provider("two")];
    const model_list = [deployment("one", { model: modelOf("gemini", "one") }), deployment("two", {}, "milder")];
    const host = { fetch: fetchOf(one, two), seed: 1 };
    const error = await rejection(kit.router({ model_list }, host).completion(request));
    assert.ok(error instanceof kit.ContentPolicyViolationError, error.stack);
    assert.equal(one.calls.length, 1);
    const content_policy_fallbacks = [{ [GROUP]: ["milder"] }];
    const answer = await kit.router({ model_list, content_policy_fallbacks }, host).completion(request);
    const { choices } = request === STREAM ? await answer.final() : answer;
    assert.equal(choices[0].message.content, sentenceOf("two"));
  }
};

gemini["a prompt that is too long, and a key that is none, are known by what the body says"] = async (kit) => {
  const message = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).";
  const refused = (fields) => ({ status: 400, body: { error: { code: 400, status: "INVALID_ARGUMENT", ...fields } } });
  const asked = async (fault) => {
    const { router } = mixed(kit, ["gemini"], { one: { faults: fault }, config: { num_retries: 0 } });
    return rejection(router.completion(CHAT));
  };
  const long = await asked(refused({ message }));
  assert.ok(long instanceof kit.ContextWindowExceededError);
  assert.equal(long.code, "context_length_exceeded");
  assert.ok((await asked(refused({ message: "Unknown name" }))) instanceof kit.BadRequestError);

  const { router, one } = mixed(kit, ["gemini", "openai"], { one: { apiKey: "another" } });
  const answer = await router.completion(CHAT);
  assert.deepEqual(brief(answer._hidden_params.attempts), [
    { deployment: "one", status: 400, error: "AuthenticationError" },
    { deployment: "two", status: 200, error: null },
  ]);
  assert.equal(one.calls[0].headers["x-goog-api-key"], "sk-one");
  assert.doesNotMatch(one.calls[0].url, /sk-one/);
};

gemini["what it has not is asked of another, or dropped"] = async (kit) => {
  const asked = { ...CHAT, logit_bias: { 50256: -100 } };
  const { router, one } = mixed(kit, ["gemini", "openai"]);
  assert.equal((await router.completion(asked)).choices[0].message.content, sentenceOf("two"));
  assert.equal(one.calls.length, 0);
  const dropping = mixed(kit, ["gemini", "openai"], { config: { drop_params: true } });
  assert.equal((await dropping.router.completion(asked)).choices[0].message.content, sentenceOf("one"));
};

gemini["embeddings, as numbers and in base64"] = async (kit) => {
  const provider = kit.provider("one", { dialect: "gemini" });
  const model_list = [deployment("one", { model: "gemini/gemini-embedding-001" })];
  const router = kit.router({ model_list }, { fetch: fetchOf(provider), seed: 1 });
  const request = { model: GROUP, input: ["a", "ž"], dimensions: 8 };
  const { object, data, model } = await router.embedding(request);
  assert.deepEqual([object, model, data.map(({ index }) => index)], ["list", "gemini-embedding-001", [0, 1]]);
  assert.equal(provider.calls[0].path, "/v1/models/gemini-embedding-001:batchEmbedContents");
  const response = await router.fetch(EMBEDDINGS_URL, post({ ...request, encoding_format: "base64" }));
  const packed = await response.json();
  for (const [at, { embedding }] of packed.data.entries()) {
    const bytes = Uint8Array.from(atob(embedding), (char) => char.charCodeAt(0));
    assert.deepEqual(Array.from(new Float32Array(bytes.buffer)), data[at].embedding);
  }
  provider.script({ status: 429 });
  assert.ok((await rejection(router.embedding(request, { num_retries: 0 }))) instanceof kit.RateLimitError);
};

gemini["several candidates are several choices, and a stream of them ends with the last"] = async (kit) => {
  const { router } = mixed(kit, ["gemini"]);
  const { choices } = await router.completion({ ...CHAT, n: 2 });
  assert.deepEqual(choices.map(({ index, message }) => [index, message.content]), [[0, sentenceOf("one")], [1, sentenceOf("one")]]);
  const stream = await router.completion({ ...STREAM, n: 2 });
  const final = await stream.final();
  assert.deepEqual(final.choices.map(({ message, finish_reason }) => [message.content, finish_reason]), [[sentenceOf("one"), "stop"], [sentenceOf("one"), "stop"]]);
};

/** Dollars a million, as the price table has them for the model. */
gemini["what the table says of the model is billed: cached, thoughts, audio"] = async (kit) => {
  const usage = {
    ...{ promptTokenCount: 1_000, cachedContentTokenCount: 200, candidatesTokenCount: 100, thoughtsTokenCount: 300, totalTokenCount: 1_400 },
    promptTokensDetails: [{ modality: "AUDIO", tokenCount: 500 }],
  };
  const model = "gemini/gemini-2.5-flash";
  const { router } = mixed(kit, ["gemini"], { one: { usage }, params: { one: { model } } });
  await router.completion(CHAT);
  const expected = (300 * 0.3 + 200 * 0.03 + 500 * 1 + 400 * 2.5) / 1e6;
  const { _hidden_params: meta } = await router.completion(CHAT);
  assert.ok(Math.abs(meta.response_cost - expected) < 1e-12, `${meta.response_cost} for ${expected}`);
  const chunks = await all(await router.completion({ ...STREAM, stream_options: { include_usage: true } }));
  assert.equal(chunks.at(-1).usage.cost, meta.response_cost);
};
