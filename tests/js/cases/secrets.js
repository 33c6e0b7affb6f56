/** Keys stay home: a marked key, a marked header and the caller's own credential are looked for wherever they could show. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, deployment, fetchOf, post, rejection } from "../support/kit.js";
import { assertSilent, logged } from "../support/leaks.js";

/** Of the deployment: one that looks like a key, and one that does not. */
const KEY = "sk-marked-0123456789abcdefghij";
const TENANT = "tenant/of+zebra 42 (marked)";
/** Of the caller. */
const CALLER = "caller-marked-9876543210";
const SECRETS = [KEY, TENANT, CALLER];

const STREAM = { ...CHAT, stream: true };
const params = { api_key: KEY, extra_headers: { "x-tenant": TENANT } };
const headers = {
  authorization: `Bearer ${CALLER}`,
  "content-type": "application/json",
  cookie: `session=${CALLER}`,
  "x-api-key": CALLER,
  "proxy-authorization": CALLER,
  "openai-organization": CALLER,
  "x-forwarded-for": CALLER,
};

const ECHO = `Incorrect API key provided: ${KEY}; x-tenant: ${TENANT}; "Authorization": "Bearer ${KEY}"`;

/** What the provider does. */
const FAULTS = {
  "is well": {},
  ...Object.fromEntries([400, 401, 403, 404, 413, 422, 429, 500, 503].map((status) => [`answers ${status} with an echo`, { status, body: { error: { message: ECHO } } }])),
  "echoes in the code, the type and the parameter": { status: 400, body: { error: { message: "no", code: ECHO, type: ECHO, param: ECHO } } },
  "echoes in the code of an error with status 200": { body: { error: { message: ECHO, code: ECHO, type: ECHO, param: ECHO } } },
  "echoes in plain text": { status: 500, body: ECHO },
  // Errors keep the first 500 bytes of a text, and 2,048 of a message: the cut is in the middle of the echo.
  "echoes at the end of a long text": { status: 500, body: `${"x".repeat(482)} ${TENANT} and so on` },
  "echoes at the end of a long message": { status: 500, body: { error: { message: `${"x".repeat(2_030)} ${TENANT} and so on` } } },
  "echoes in a list of details": { status: 422, body: { detail: [{ msg: ECHO }] } },
  "echoes in an error that is a text": { status: 500, body: { error: ECHO, code: ECHO } },
  "echoes in a web page": { status: 502, body: `<html>${ECHO}</html>` },
  "echoes in something that is no answer": { body: ECHO },
  "echoes in an answer without choices": { body: { message: ECHO } },
  "echoes in a first error event": { errorEvent: { at: 0, error: { message: ECHO, code: ECHO, type: ECHO } } },
  "echoes in a later error event": { errorEvent: { at: 3, error: { message: ECHO, code: ECHO, type: ECHO } } },
  "redirects with an echo": { redirect: `https://other.test/${encodeURIComponent(KEY)}?key=${KEY}` },
  "sets headers": { status: 500, headers: { "set-cookie": `key=${KEY}`, "x-echo": KEY, "www-authenticate": KEY } },
  "refuses the connection": { refuse: true },
  "stalls": { stall: "head" },
};

/** Every way to call; what comes back, be it an error, is given to `look`. */
const WAYS = {
  async completion(router, look) {
    const answer = await router.completion(CHAT).catch((error) => error);
    look("the answer", answer);
    look("its metadata", answer._hidden_params);
    if (answer.toResponse) look("its response", answer.toResponse());
  },
  async "completion, streamed"(router, look) {
    const stream = await router.completion(STREAM).catch((error) => error);
    look("the stream", stream);
    if (stream instanceof Error) return;
    look("how it ends", await all(stream).catch((error) => error));
    look("its metadata", stream.meta);
  },
  async "completion, streamed into a response"(router, look) {
    const stream = await router.completion(STREAM).catch((error) => error);
    if (stream instanceof Error) return;
    const response = stream.toResponse();
    look("the response", response);
    look("its body", await response.text());
  },
  async fetch(router, look) {
    const response = await router.fetch(CHAT_URL, post(CHAT, { headers }));
    look("the response", response);
    look("its body", await response.text());
  },
  async "fetch, streamed"(router, look, { relays }) {
    const response = await router.fetch(CHAT_URL, post(STREAM, { headers }));
    look("the response", response);
    const text = await response.text();
    // A byte relay hands on what the provider says after its first content.
    if (!relays) look("its body", text);
  },
};

export const secrets = {};

for (const [name, fault] of Object.entries(FAULTS)) {
  secrets[`no secret shows when the provider ${name}`] = async (kit) => {
    const relays = (fault.errorEvent?.at ?? 0) > 0;
    for (const [way, run] of Object.entries(WAYS)) {
      for (const alone of [true, false]) {
        const options = { params: { ...params, timeout: 0.03, num_retries: 0 }, one: { faults: fault } };
        const { router, one, provider = one } = alone ? kit.single(options) : kit.pair({ ...options, two: { faults: fault } });
        const look = (what, value) => assertSilent(`${way}: ${what}`, value, SECRETS);
        const log = await logged(() => run(router, look, { relays }));
        assertSilent(`${way}: the log`, log, SECRETS);
        look("the router", router);
        look("its notices", router.notices);
        assert.ok(provider.calls.length > 0);
        for (const call of provider.calls) {
          assert.equal(call.headers.authorization, `Bearer ${KEY}`);
          assert.equal(call.headers["x-tenant"], TENANT);
          assertSilent("what is sent", call, [CALLER]);
        }
      }
    }
  };
}

/** What a host's `fetch` may throw. */
const THROWN = {
  "an error whose message is the key": () => new TypeError(`cannot send "authorization: Bearer ${KEY}"`),
  "an error with a cause": () => new TypeError("fetch failed", { cause: new Error(`bad header ${KEY}`) }),
  "an error that holds the request": (url, init) => Object.assign(new Error("failed"), { request: { url, init } }),
  "an error that holds a Request": (url, init) => Object.assign(new Error("failed"), { request: new Request(url, init) }),
  "an error with a cause that holds the headers": (url, init) =>
    new Error("failed", { cause: Object.assign(new Error("inner"), { config: { headers: new Headers(init.headers) } }) }),
  "several errors in one": () => new AggregateError([new Error("one"), new Error(KEY)], "all failed"),
  "a text": () => `failed with ${KEY}`,
  "an object": () => ({ message: "failed", headers: { authorization: KEY } }),
};

for (const [name, make] of Object.entries(THROWN)) {
  secrets[`no secret shows when fetch throws ${name}`] = async (kit) => {
    for (const [way, run] of Object.entries(WAYS)) {
      const fetch = async (url, init) => {
        throw make(url, init);
      };
      const { router } = kit.single({ params: { ...params, num_retries: 0 }, host: { fetch } });
      const look = (what, value) => assertSilent(`${way}: ${what}`, value, SECRETS);
      assertSilent("the log", await logged(() => run(router, look, {})), SECRETS);
    }
  };
}

Object.assign(secrets, {
  "what fetch throws without a secret is the cause, itself": async (kit) => {
    const thrown = new TypeError("no route", { cause: Object.assign(new Error("inner"), { code: "EHOSTUNREACH" }) });
    const { router } = kit.single({ params: { ...params, num_retries: 0 }, host: { fetch: () => Promise.reject(thrown) } });
    const error = await rejection(router.completion(CHAT));
    assert.equal(error.cause, thrown);
    assert.match(error.message, /no route.*EHOSTUNREACH/);
  },
  "a key goes to its own origin only, and what the caller sent goes nowhere": async (kit) => {
    const [one, two] = [kit.provider("one", { faults: { status: 500 } }), kit.provider("two")];
    const keys = { one: "sk-of-one-0123456789", two: "sk-of-two-0123456789" };
    const model_list = [
      deployment("one", { api_key: keys.one, order: 1, extra_headers: { "x-of": "one-marked" } }),
      deployment("two", { api_key: keys.two, order: 2 }),
    ];
    const router = kit.router({ model_list }, { fetch: fetchOf(one, two) });
    const response = await router.fetch(CHAT_URL, post(CHAT, { headers }));
    assert.equal(response.headers.get("x-switchman-model-id"), "two");
    await response.text();
    assertSilent("what the first was sent", one.calls, [keys.two, CALLER]);
    assertSilent("what the second was sent", two.calls, [keys.one, "one-marked", CALLER]);
    assert.deepEqual(Object.keys(two.calls[0].headers).sort(), ["authorization", "content-type"]);
  },
  "of the caller's headers only harmless ones go on, and never over the config's": async (kit) => {
    const provider = kit.provider("one");
    const own = { "OpenAI-Beta": "config", "X-Tenant": TENANT };
    const router = kit.router({ model_list: [deployment("one", { api_key: KEY, extra_headers: own })] }, { fetch: fetchOf(provider) });
    const given = { ...headers, "OpenAI-Beta": "caller", "x-tenant": CALLER, "x-client-request-id": "r-1" };
    for (const sent of [given, new Headers(given), Object.entries(given)]) {
      await (await router.fetch(CHAT_URL, post(CHAT, { headers: sent }))).text();
      await (await router.fetch(new Request(CHAT_URL, post(CHAT, { headers: sent })))).text();
    }
    for (const call of provider.calls) {
      assertSilent("what is sent", call, [CALLER]);
      assert.equal(call.headers["openai-beta"], "config");
      assert.equal(call.headers["x-tenant"], TENANT);
      assert.equal(call.headers["x-client-request-id"], "r-1");
      assert.equal(call.headers.authorization, `Bearer ${KEY}`);
    }
  },
  "a deployment without a key is sent none, not even the caller's": async (kit) => {
    const provider = kit.provider("one");
    const router = kit.router({ model_list: [deployment("one", { api_key: undefined })] }, { fetch: fetchOf(provider), env: {} });
    await (await router.fetch(CHAT_URL, post(CHAT, { headers }))).text();
    assert.equal(provider.calls[0].headers.authorization, undefined);
  },
  "a key of the environment goes to the provider's own address only": async (kit) => {
    const provider = kit.provider("one");
    const env = { OPENAI_API_KEY: KEY };
    const elsewhere = kit.router({ model_list: [deployment("one", { api_key: undefined })] }, { fetch: provider.fetch, env });
    await elsewhere.completion(CHAT);
    const home = kit.router({ model_list: [deployment("one", { api_key: undefined, api_base: undefined })] }, { fetch: provider.fetch, env });
    await home.completion(CHAT);
    assert.deepEqual(
      provider.calls.map(({ url, headers }) => [new URL(url).origin, headers.authorization]),
      [["https://one.test", undefined], ["https://api.openai.com", `Bearer ${KEY}`]],
    );
  },
  "of the upstream's headers only harmless ones are handed on": async (kit) => {
    const sent = { "set-cookie": "a=b", server: "nginx", "x-internal": "1", "alt-svc": "h3", "x-ratelimit-remaining-requests": "7", "transfer-encoding": "gzip" };
    for (const request of [CHAT, STREAM]) {
      const { router } = kit.single({ one: { faults: { headers: sent } } });
      const response = await router.fetch(CHAT_URL, post(request));
      await response.text();
      const known = /^(content-type|content-length|x-request-id|openai-(version|processing-ms)|x-ratelimit-.*|x-switchman-.*)$/;
      for (const [name] of response.headers) assert.match(name, known);
      assert.equal(response.headers.get("x-ratelimit-remaining-requests"), "7");
      const answer = await router.completion(request);
      assert.deepEqual(Object.keys(answer._hidden_params.additional_headers).filter((name) => !known.test(name)), []);
      if (request.stream) await all(answer);
    }
  },
  "a redirect is refused: the other origin is never called": async (kit) => {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const way of Object.keys(WAYS)) {
        const [one, other] = [kit.provider("one", { faults: { status, redirect: "https://other.test/v1/chat/completions" } }), kit.provider("other")];
        const { router } = kit.single({ params: { ...params, num_retries: 0 }, host: { fetch: fetchOf(one, other) } });
        await WAYS[way](router, () => {}, {});
        assert.equal(one.calls.length, 1);
        assert.equal(other.calls.length, 0);
      }
    }
  },
  "a config's mistakes never repeat what may be a key": async (kit) => {
    const entry = (params, more) => ({ model_list: [{ model_name: "a", litellm_params: { model: "openai/x", ...params }, ...more }] });
    const configs = [
      entry({ api_kye: KEY }),
      entry({ api_key: `${KEY}\n` }),
      entry({ api_key: [KEY] }),
      entry({ api_key: KEY, api_base: `https://user:${KEY}@one.test` }),
      entry({ api_key: KEY, api_base: `https://one.test/?key=${KEY}` }),
      entry({ api_key: KEY, weight: KEY }),
      entry({ api_key: KEY, model: KEY }),
      entry({ api_key: KEY, timeout: KEY }),
      entry({ api_key: KEY, extra_headers: { "x-tenant": `${TENANT}\n` } }),
      entry({ api_key: KEY, extra_headers: { [KEY]: 5 } }),
      { ...entry({ api_key: KEY }), [KEY]: 1 },
      { ...entry({ api_key: KEY }), fallbacks: [{ a: [KEY] }] },
      { ...entry({ api_key: KEY }), routing_strategy: KEY },
      { ...entry({ api_key: KEY }), api_key: KEY },
    ];
    for (const config of configs) {
      const log = await logged(() => {
        try {
          const router = new kit.Router(config, { env: {} });
          assertSilent("the router", router, SECRETS);
          assertSilent("its notices", router.notices, SECRETS);
          router.free();
        } catch (error) {
          assert.ok(error instanceof kit.ConfigError, error.stack);
          assertSilent("the error", error, SECRETS);
          assertSilent("its problems", error.problems, SECRETS);
        }
      });
      assertSilent("the log", log, SECRETS);
    }
  },
  "a request that brings its own key or address is refused without repeating it": async (kit) => {
    for (const own of [{ api_key: KEY }, { api_base: `https://user:${KEY}@evil.test` }, { base_url: "https://evil.test" }, { extra_headers: { a: KEY } }]) {
      const { router, provider } = kit.single();
      const error = await rejection(router.completion({ ...CHAT, ...own }));
      assert.ok(error instanceof kit.BadRequestError);
      assertSilent("the error", error, SECRETS);
      assert.equal(provider.calls.length, 0);
    }
  },
});
