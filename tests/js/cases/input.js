/** What arrives over fetch: what is refused, what is taken out, and what goes on byte for byte. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, deployment, fetchOf, post, rejection } from "../support/kit.js";

const ORIGIN = "https://router.test";

/** The error of a response, after a look at its shape. */
async function errorIn(response, status) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get("content-type"), /^application\/json/);
  assert.equal(response.headers.get("x-should-retry"), "false");
  const { error } = JSON.parse(text);
  assert.deepEqual(Object.keys(error).sort(), ["code", "message", "param", "type"]);
  assert.ok(error.message.length > 0);
  return error;
}

/** A group, its fallback, and a group that is nobody's fallback. */
function three(kit, { host, ...config } = {}) {
  const providers = ["one", "two", "three"].map((name) => kit.provider(name));
  const [one, two, other] = providers;
  const model_list = [deployment("one"), deployment("two", {}, "backup"), deployment("three", {}, "other")];
  const router = kit.router({ model_list, num_retries: 0, ...config }, { fetch: fetchOf(...providers), seed: 1, ...host });
  return { router, one, two, other };
}

export const input = {};

// ── what is refused ──

const BAD_BODIES = {
  "nothing at all": "",
  "no JSON": "model=claude-fast",
  "a web page": "<html></html>",
  "half of a request": JSON.stringify(CHAT).slice(0, -10),
  "a request and more": `${JSON.stringify(CHAT)} {}`,
  "a list": JSON.stringify([CHAT]),
  "a text": JSON.stringify("model"),
  "null": "null",
  "no model": JSON.stringify({ messages: CHAT.messages }),
  "an empty model": JSON.stringify({ ...CHAT, model: "" }),
  "a model that is a number": JSON.stringify({ ...CHAT, model: 5 }),
  "a model that is null": JSON.stringify({ ...CHAT, model: null }),
  "a model that is a list": JSON.stringify({ ...CHAT, model: [GROUP] }),
  "a name without quotes": '{model:"claude-fast"}',
  "a comma too many": '{"model":"claude-fast",}',
  "single quotes": "{'model':'claude-fast'}",
  "a control character in a text": '{"model":"claude-fast","user":"a\nb"}',
  "a name with an escape that is none": '{"model":"claude-fast","\\xuser":1}',
  "a number that is none": '{"model":"claude-fast","n":01}',
  "NaN": '{"model":"claude-fast","temperature":NaN}',
};

for (const [name, body] of Object.entries(BAD_BODIES)) {
  input[`a body of ${name} is a 400 of the caller's`] = async (kit) => {
    const { router, one } = three(kit);
    for (const given of [body, new TextEncoder().encode(body)]) {
      const error = await errorIn(await router.fetch(CHAT_URL, post(given)), 400);
      assert.equal(error.type, "invalid_request_error");
      await errorIn(await router.fetch(new Request(CHAT_URL, post(given))), 400);
    }
    assert.equal(one.calls.length, 0);
    assert.equal(router.coreRunning(), 0);
  };
}

Object.assign(input, {
  "an unknown model is a 404 that lists what is known": async (kit) => {
    const { router } = three(kit);
    const error = await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, model: "claude-slow" })), 404);
    assert.equal(error.code, "model_not_found");
    assert.match(error.message, /claude-slow.*claude-fast/);
    const thrown = await rejection(router.completion({ ...CHAT, model: "claude-slow" }));
    assert.ok(thrown instanceof kit.NotFoundError);
    assert.deepEqual([thrown.status, thrown.side, thrown.attempts.length], [404, "caller", 0]);
  },
  "in process a request without a model is refused too": async (kit) => {
    const { router } = three(kit);
    for (const request of [undefined, {}, { messages: [] }, { model: 7 }]) {
      const error = await rejection(router.completion(request));
      assert.ok(error instanceof kit.RouterError, error.stack);
      assert.ok(error.status === 400 || error.status === 404);
    }
  },
  "a body over maxBodyBytes is a 413, and one of just that size is not": async (kit) => {
    const { router, one } = three(kit, { host: { maxBodyBytes: 2_000 } });
    const padded = (size) => {
      const empty = JSON.stringify({ ...CHAT, user: "" });
      return JSON.stringify({ ...CHAT, user: "x".repeat(size - empty.length) });
    };
    const bytes = (text) => new TextEncoder().encode(text);
    const inPieces = (text) =>
      new ReadableStream({
        start(controller) {
          for (let at = 0; at < text.length; at += 100) controller.enqueue(bytes(text.slice(at, at + 100)));
          controller.close();
        },
      });
    const forms = [
      (text) => [CHAT_URL, post(text)],
      (text) => [CHAT_URL, post(bytes(text))],
      (text) => [new Request(CHAT_URL, post(text))],
      (text) => [new Request(CHAT_URL, { method: "POST", body: inPieces(text), duplex: "half" })],
    ];
    for (const form of forms) {
      const error = await errorIn(await router.fetch(...form(padded(2_001))), 413);
      assert.equal(error.code, "request_too_large");
      assert.equal((await router.fetch(...form(padded(2_000)))).status, 200);
    }
    assert.equal(one.calls.length, forms.length);
  },
  "a body that cannot be read is a 400": async (kit) => {
    const { router, one } = three(kit);
    const used = new Request(CHAT_URL, post(CHAT));
    await used.text();
    await errorIn(await router.fetch(used), 400);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
    await errorIn(await router.fetch(CHAT_URL, { method: "POST", body: broken, duplex: "half" }), 400);
    assert.equal(one.calls.length, 0);
  },
  "an answer over maxBodyBytes is the provider's fault, and the next one is asked": async (kit) => {
    for (const way of ["completion", "fetch"]) {
      const { router, one } = kit.pair({ one: { faults: { hugeBody: 10_000 } }, host: { maxBodyBytes: 5_000 } });
      if (way === "completion") {
        const { _hidden_params } = await router.completion(CHAT);
        assert.deepEqual(_hidden_params.attempts.map(({ deployment, error }) => [deployment, error]), [["one", "APIError"], ["two", null]]);
      } else {
        const response = await router.fetch(CHAT_URL, post(CHAT));
        assert.equal(response.headers.get("x-switchman-model-id"), "two");
        await response.text();
      }
      assert.equal(one.calls.length, 1);
    }
  },
  "another method is a 405, another path a 404": async (kit) => {
    const { router } = three(kit);
    for (const [method, path] of [["GET", "/v1/chat/completions"], ["PUT", "/v1/embeddings"], ["DELETE", "/v1/models"], ["POST", "/v1/models/claude-fast"]]) {
      const error = await errorIn(await router.fetch(`${ORIGIN}${path}`, { method }), 405);
      assert.equal(error.code, "method_not_allowed");
    }
    for (const path of ["/", "/v1", "/v2/chat/completions", "/v1/chat", "/v1/chat/completions/more", "/v1/files"]) {
      const error = await errorIn(await router.fetch(`${ORIGIN}${path}`, post(CHAT)), 404);
      assert.equal(error.code, "unknown_url");
    }
  },
  "paths count with and without /v1, whatever the origin": async (kit) => {
    const { router } = three(kit);
    for (const url of [`${ORIGIN}/chat/completions`, "http://localhost:1/v1/chat/completions?api-version=1", new URL(CHAT_URL), `${CHAT_URL}/`]) {
      assert.equal((await router.fetch(url, post(CHAT))).status, 200, String(url));
    }
  },
  "/v1/models lists the groups, and tells each": async (kit) => {
    const { router } = three(kit, { model_group_alias: { "an/alias ü": GROUP } });
    const list = await (await router.fetch(`${ORIGIN}/v1/models`)).json();
    assert.equal(list.object, "list");
    const ids = list.data.map(({ id }) => id);
    for (const id of [GROUP, "backup", "other", "an/alias ü"]) assert.ok(ids.includes(id), ids.join());
    for (const model of list.data) {
      assert.equal(model.object, "model");
      assert.equal(typeof model.owned_by, "string");
      const response = await router.fetch(`${ORIGIN}/v1/models/${encodeURIComponent(model.id)}`);
      assert.deepEqual(await response.json(), model);
    }
    assert.ok(!ids.includes("one"), "ids of deployments are not for callers");
    await errorIn(await router.fetch(`${ORIGIN}/v1/models/none`), 404);
  },
});

// ── what is taken out ──

/** Keys that steer: none of them may reach a provider, nor have an effect. */
const STEERING = {
  fallbacks: ["other"],
  api_base: "https://evil.test/v1",
  base_url: "https://evil.test/v1",
  api_key: "sk-evil-0123456789",
  mock_response: "mocked",
  num_retries: 7,
  timeout: 0.000001,
  deadline: 0.000001,
  max_attempts: 1,
  tags: ["a"],
  extra_headers: { "x-evil": "1" },
  custom_llm_provider: "evil",
  organization: "org-evil",
  mock_testing_fallbacks: true,
  disable_fallbacks: true,
  cache: { "no-store": true },
};

Object.assign(input, {
  "router keys in a body are taken out, and have no effect": async (kit) => {
    for (const stream of [false, true]) {
      const { router, one, two, other } = three(kit, { fallbacks: [{ [GROUP]: ["backup"] }] });
      one.script({ status: 500 });
      const response = await router.fetch(CHAT_URL, post({ ...STEERING, ...CHAT, stream, user: "me", ...STEERING }));
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("x-switchman-model-id"), "two", "the config's fallback, and its retries");
      assert.ok(!(await response.text()).includes("mocked"));
      assert.deepEqual([one.calls.length, two.calls.length, other.calls.length], [1, 1, 0]);
      for (const [provider, name] of [[one, "one"], [two, "two"]]) {
        const [{ text, headers }] = provider.calls;
        assert.equal(text, JSON.stringify({ ...CHAT, model: `model-${name}`, stream, user: "me" }));
        assert.equal(headers.authorization, `Bearer sk-${name}`);
        assert.equal(headers["x-evil"], undefined);
      }
    }
  },
  "however they are written": async (kit) => {
    const { router, one, other } = three(kit);
    one.script({ status: 500 });
    const body = `{ "f\\u0061llbacks" : ["other"],"model":"${GROUP}" , "messages":[],"fallbacks":["other"],"fallbacks":["other"] }`;
    assert.equal((await router.fetch(CHAT_URL, post(body))).status, 500);
    assert.deepEqual(one.calls[0].body, { model: "model-one", messages: [] });
    assert.ok(!one.calls[0].text.includes("llbacks"));
    assert.equal(other.calls.length, 0);
  },
  "inside other members the same names are the provider's own": async (kit) => {
    const { router, one } = three(kit);
    const request = { ...CHAT, metadata: { fallbacks: "x", model: "y" }, messages: [{ role: "user", content: "?", num_retries: 3, model: "z" }] };
    await (await router.fetch(CHAT_URL, post(request))).text();
    assert.deepEqual(one.calls[0].body, { ...request, model: "model-one" });
  },
  "a trusted caller may steer": async (kit) => {
    const { router, one, other } = three(kit, { host: { trustRequestOptions: true } });
    one.script({ status: 500 });
    const response = await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["other"] }));
    assert.equal(response.headers.get("x-switchman-model-id"), "three");
    assert.equal(response.headers.get("x-switchman-attempted-fallbacks"), "1");
    assert.equal(one.calls[0].body.fallbacks, undefined);
    assert.equal(other.calls[0].body.fallbacks, undefined);
  },
  "a trusted caller hears of mistakes in the options": async (kit) => {
    const { router, one } = three(kit, { host: { trustRequestOptions: true } });
    const error = await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, num_retries: "many" })), 400);
    assert.match(error.message, /num_retries/);
    await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["nowhere"] })), 400);
    assert.equal(one.calls.length, 0);
  },
  "a caller who is trusted with some keys may steer with these": async (kit) => {
    const { router, one, other } = three(kit, { host: { trustRequestOptions: ["fallbacks"] } });
    one.setFaults({ status: 500 });
    const fallbacks = ["other"];
    assert.equal((await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks, disable_fallbacks: true }))).status, 200);
    assert.equal(other.calls.length, 1);
  },
  "nobody is trusted with an address or a key": async (kit) => {
    for (const trustRequestOptions of [true, ["fallbacks", "num_retries"]]) {
      const { router, one } = three(kit, { host: { trustRequestOptions } });
      for (const own of [{ api_base: "https://evil.test" }, { base_url: "https://evil.test" }, { api_key: "sk-evil-0123456789" }]) {
        assert.equal((await router.fetch(CHAT_URL, post({ ...CHAT, ...own }))).status, 200);
        const { url, headers, body } = one.calls.at(-1);
        assert.equal(new URL(url).origin, "https://one.test");
        assert.equal(headers.authorization, "Bearer sk-one");
        assert.deepEqual(body, { ...CHAT, model: "model-one" });
      }
    }
    for (const key of ["api_base", "base_url", "api_key"]) {
      assert.throws(() => three(kit, { host: { trustRequestOptions: [key] } }), kit.ConfigError);
    }
  },
});

// ── what goes on ──

/** Bodies as a careful client might write them; `MODEL` stands for the model's name. */
const BODIES = {
  "numbers that no double holds": '{"model":MODEL,"messages":[],"seed":12345678901234567890123,"temperature":0.10000000000000000555,"top_p":1e-7,"n":-0}',
  "members that nobody knows, in their order": '{"zebra":{"b":1,"a":[{}]},"model":MODEL,"messages":[],"alpha":null,"0":false}',
  "blanks everywhere": ' \n{\t"messages" : [ ] ,\r\n "model"\n:\tMODEL , "user" : "a  b" }\n ',
  "escapes as they were written": '{"messages":[{"role":"user","content":"\\u00e9\\/\\ud83d\\ude00\\n\\"model\\":\\"x\\""}],"model":MODEL}',
  "letters beyond ASCII": '{"messages":[{"role":"user","content":"Grüße, 日本語 🙂"}],"model":MODEL,"ключ":"значение"}',
  "members that stand twice": '{"user":"a","model":MODEL,"messages":[],"user":"b"}',
  "a deep nest": `{"model":MODEL,"messages":[],"deep":${"[".repeat(60)}${"]".repeat(60)}}`,
  "a long text": `{"messages":[{"role":"user","content":"${"é✓x".repeat(60_000)}"}],"model":MODEL}`,
};

for (const [name, body] of Object.entries(BODIES)) {
  input[`all but the model goes on byte for byte: ${name}`] = async (kit) => {
    const { router, one } = three(kit);
    const sent = body.replace("MODEL", JSON.stringify(GROUP));
    const expected = body.replace("MODEL", '"model-one"');
    const bytes = new TextEncoder().encode(sent);
    const inits = [sent, bytes, bytes.buffer, new DataView(bytes.buffer), new Blob([bytes]), new Blob([bytes]).stream()];
    const requests = [new Request(CHAT_URL, post(sent)), new Request(CHAT_URL, post(bytes))];
    for (const given of [...inits.map((body) => [CHAT_URL, { method: "POST", body }]), ...requests.map((request) => [request])]) {
      // What the fake thinks of these requests does not matter here.
      await (await router.fetch(...given)).text();
      assert.equal(one.calls.at(-1).text, expected);
      assert.equal(one.calls.at(-1).headers["content-type"], "application/json");
    }
  };
}

Object.assign(input, {
  "a model that stands twice: the last one counts, and no other reaches the provider": async (kit) => {
    const { router, one } = three(kit);
    const text = `{"model":"other","messages":[],"model":"${GROUP}"}`;
    await (await router.fetch(CHAT_URL, post(text))).text();
    assert.equal(one.calls.length, 1);
    const names = [...one.calls[0].text.matchAll(/"model"\s*:\s*("[^"]*")/g)].map(([, name]) => name);
    assert.ok(names.length >= 1 && names.every((name) => name === '"model-one"'), one.calls[0].text);
  },
  "a model may be escaped, name and value": async (kit) => {
    const { router, one } = three(kit);
    await (await router.fetch(CHAT_URL, post('{"m\\u006fdel":"claude\\u002dfast","messages":[]}'))).text();
    assert.deepEqual(one.calls[0].body, { model: "model-one", messages: [] });
  },
  "the answer goes on byte for byte": async (kit) => {
    const body = '{"choices": [ {"index":0} ],\n "id":12345678901234567890123, "usage":{"prompt_tokens":1.0},"é":"\\u00e9"}';
    const { router } = kit.single({ one: { faults: { body, contentType: "application/json" } } });
    const response = await router.fetch(CHAT_URL, post(CHAT));
    assert.equal(await response.text(), body);
    assert.match(response.headers.get("content-type"), /^application\/json/);
  },
  "embeddings go the same way": async (kit) => {
    const { router, one } = three(kit);
    const text = '{"input":["a","b"],"model":"claude-fast","encoding_format":"base64","dimensions":8}';
    const response = await router.fetch(`${ORIGIN}/v1/embeddings`, post(text));
    assert.equal(response.headers.get("x-switchman-model-used"), "openai/model-one");
    const answer = await response.json();
    assert.equal(answer.data.length, 2);
    assert.equal(typeof answer.data[0].embedding, "string");
    assert.equal(one.calls[0].text, text.replace(GROUP, "model-one"));
    assert.equal(one.calls[0].path, "/v1/embeddings");
    const inProcess = await router.embedding({ model: GROUP, input: "a", dimensions: 8 });
    assert.equal(inProcess.data[0].embedding.length, 8);
    assert.equal(inProcess._hidden_params.model_id, "one");
  },
});

// ── who may be asked for ──

Object.assign(input, {
  "a deployment's id is a model in process, and over fetch only if the host allows it": async (kit) => {
    const { router, one } = three(kit);
    assert.equal((await router.completion({ ...CHAT, model: "one" }))._hidden_params.model_id, "one");
    await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, model: "one" })), 404);
    assert.equal(one.calls.length, 1);
    const open = three(kit, { host: { allowDirectModels: true } });
    const response = await open.router.fetch(CHAT_URL, post({ ...CHAT, model: "two" }));
    assert.equal(response.headers.get("x-switchman-model-id"), "two");
  },
  "allowedModels holds for what is asked for, under every name": async (kit) => {
    const config = { model_group_alias: { quick: GROUP, spare: "backup" }, host: { allowedModels: [GROUP], allowDirectModels: true } };
    const { router, one, two } = three(kit, config);
    for (const model of [GROUP, "quick", "one"]) {
      assert.equal((await router.fetch(CHAT_URL, post({ ...CHAT, model }))).status, 200);
      await router.completion({ ...CHAT, model });
    }
    for (const model of ["backup", "spare", "two"]) {
      const { message } = await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, model })), 404);
      assert.ok(!/known are:.*(backup|spare)/.test(message), message);
      assert.ok((await rejection(router.completion({ ...CHAT, model }))) instanceof kit.NotFoundError);
    }
    assert.deepEqual([one.calls.length, two.calls.length], [6, 0]);
    const { data } = await (await router.fetch(`${ORIGIN}/v1/models`)).json();
    assert.deepEqual(data.map(({ id }) => id).sort(), [GROUP, "quick"].sort());
    await errorIn(await router.fetch(`${ORIGIN}/v1/models/backup`), 404);
  },
  "allowedModels holds for fallbacks, the config's and the caller's": async (kit) => {
    const host = { allowedModels: [GROUP, "other"], trustRequestOptions: true };
    const { router, one, two, other } = three(kit, { fallbacks: [{ [GROUP]: ["backup"] }], host });
    one.setFaults({ status: 500 });
    await errorIn(await router.fetch(CHAT_URL, post(CHAT)), 500);
    await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["backup"] })), 500);
    assert.equal((await rejection(router.completion({ ...CHAT, fallbacks: ["backup"] }))).status, 500);
    const response = await router.fetch(CHAT_URL, post({ ...CHAT, fallbacks: ["backup", "other"] }));
    assert.equal(response.headers.get("x-switchman-model-id"), "three");
    assert.equal(two.calls.length, 0);
    assert.equal(other.calls.length, 1);
  },
  "mistakes in the options of a call are a BadRequestError that names them all": async (kit) => {
    const { router, one } = three(kit);
    const error = await rejection(router.completion({ ...CHAT, num_retries: "many", timeout: -1 }, { falbacks: ["backup"] }));
    assert.ok(error instanceof kit.BadRequestError);
    assert.deepEqual([error.status, error.side, error.attempts], [400, "caller", []]);
    for (const name of ["num_retries", "timeout", "falbacks"]) assert.match(error.message, new RegExp(name));
    for (const options of [{ fallbacks: ["nowhere"] }, { num_retries: -1 }, { deadlineMs: "soon" }, { nonsense: 1 }]) {
      assert.ok((await rejection(router.completion(CHAT, options))) instanceof kit.BadRequestError, JSON.stringify(options));
    }
    assert.equal(one.calls.length, 0);
    assert.equal(router.coreRunning(), 0);
  },
  "the options of a call steer, beside the request or in it, and never reach the provider": async (kit) => {
    for (const inside of [true, false]) {
      const { router, one, two } = three(kit);
      one.script({ status: 500 });
      const options = { fallbacks: ["backup"], num_retries: 0, tags: ["a"], metadata: { user: "u" }, timeout: 30 };
      const answer = await (inside ? router.completion({ ...CHAT, ...options }) : router.completion(CHAT, options));
      assert.equal(answer._hidden_params.model_id, "two");
      assert.deepEqual(two.calls[0].body, { ...CHAT, model: "model-two" });
    }
  },
});
