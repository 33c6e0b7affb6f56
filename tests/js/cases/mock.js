/** Answers without a provider. */

import assert from "node:assert/strict";
import { DIALECTS, modelOf } from "../support/dialects.js";
import { CHAT, CHAT_URL, all, brief, deployment, post, rejection } from "../support/kit.js";
import { chunksIn, textOf } from "../support/mixed.js";

export const mock = {};

const STREAM = { ...CHAT, stream: true };
const TEXT = 'Nobody was asked, "äöü".';

/** Nobody is to be asked. */
const fetch = () => assert.fail("a mock reached a provider");

const routerOf = (kit, dialect, params, config, host) => {
  const entry = deployment("one", { model: modelOf(dialect, "one"), ...params });
  return kit.router({ model_list: [entry], num_retries: 0, ...config }, { fetch, seed: 1, ...host });
};

for (const dialect of DIALECTS) {
  mock[`a whole answer (${dialect})`] = async (kit) => {
    const router = routerOf(kit, dialect, { mock_response: TEXT });
    const answer = await router.completion(CHAT);
    assert.equal(answer.choices[0].message.content, TEXT);
    assert.equal(answer.object, "chat.completion");
    const meta = answer._hidden_params;
    assert.deepEqual(brief(meta.attempts), [{ deployment: "one", status: 200, error: null }]);
    assert.equal(meta.usage.total_tokens, 30);
    const response = await router.fetch(CHAT_URL, post(CHAT));
    assert.equal(response.headers.get("x-switchman-model-id"), "one");
    assert.equal((await response.json()).choices[0].message.content, TEXT);
  };

  mock[`a stream (${dialect})`] = async (kit) => {
    const router = routerOf(kit, dialect, { mock_response: TEXT });
    const stream = await router.completion(STREAM);
    const chunks = await all(stream);
    assert.equal(textOf(chunks), TEXT);
    assert.ok(chunks.length > 4 && chunks.every(({ usage }) => !usage));
    assert.equal(stream.meta.usage.completion_tokens, 20);
    const asked = await (await router.fetch(CHAT_URL, post({ ...STREAM, stream_options: { include_usage: true } }))).text();
    assert.equal(textOf(chunksIn(asked)), TEXT);
    assert.equal(chunksIn(asked).at(-1).usage.total_tokens, 30);
    const quiet = await (await router.fetch(CHAT_URL, post(STREAM))).text();
    assert.equal(textOf(chunksIn(quiet)), TEXT);
  };

  mock[`a call's own mock, in the request and beside it (${dialect})`] = async (kit) => {
    const router = routerOf(kit, dialect);
    const inside = await router.completion({ ...CHAT, mock_response: TEXT });
    const beside = await router.completion(CHAT, { mock_response: TEXT });
    for (const answer of [inside, beside]) assert.equal(answer.choices[0].message.content, TEXT);
  };

  mock[`a delay, and a silence that the time limit ends (${dialect})`] = async (kit) => {
    const router = routerOf(kit, dialect);
    const slow = { mock_response: TEXT, mock_delay: 0.02 };
    assert.ok((await router.completion(CHAT, slow))._response_ms >= 15);
    for (const request of [CHAT, STREAM]) {
      const error = await rejection(router.completion(request, { mock_timeout: true, timeout: 0.02 }));
      assert.ok(error instanceof kit.Timeout);
      const late = await rejection(router.completion(request, { ...slow, mock_delay: 60, timeout: 0.02 }));
      assert.ok(late instanceof kit.Timeout);
    }
    const controller = new AbortController();
    const given = rejection(router.completion(CHAT, { mock_timeout: true, signal: controller.signal }));
    controller.abort();
    assert.equal((await given).name, "AbortError");
  };
}

mock["over fetch a request may ask for it only where it is trusted"] = async (kit) => {
  const request = post({ ...CHAT, mock_response: TEXT });
  const trusting = routerOf(kit, "openai", {}, {}, { trustRequestOptions: ["mock_response"] });
  const answer = await (await trusting.fetch(CHAT_URL, request)).json();
  assert.equal(answer.choices[0].message.content, TEXT);
  const one = kit.provider("one");
  const wary = routerOf(kit, "openai", {}, {}, { fetch: one.fetch });
  const real = await (await wary.fetch(CHAT_URL, request)).json();
  assert.notEqual(real.choices[0].message.content, TEXT);
  assert.equal("mock_response" in one.calls[0].body, false);
};

mock["embeddings are not mocked, and say so"] = async (kit) => {
  const router = routerOf(kit, "openai", { mock_response: TEXT });
  const error = await rejection(router.embedding({ model: CHAT.model, input: "x" }));
  assert.ok(error instanceof kit.BadRequestError);
  assert.match(error.message, /chat completions/);
};

mock["a second send may be one"] = async (kit) => {
  const one = kit.provider("one", { faults: { stall: "head" } });
  const model_list = [deployment("one", { order: 1 }), deployment("two", { order: 2, mock_response: TEXT })];
  const router = kit.router({ model_list, hedging: { after_ms: 5 } }, { fetch: one.fetch, seed: 1 });
  const answer = await router.completion(CHAT);
  assert.deepEqual([answer.choices[0].message.content, answer._hidden_params.model_id], [TEXT, "two"]);
  assert.ok(one.calls[0].aborted);
};
