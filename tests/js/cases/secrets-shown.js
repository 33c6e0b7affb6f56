/** What a provider or a host's `fetch` says may hold the key: it shows in nothing that the program can see. */

import assert from "node:assert/strict";
import { rejection, CHAT } from "../support/kit.js";
import { assertSilent, logged } from "../support/leaks.js";
import { CALLER, KEY, SECRETS, TENANT, WAYS, params } from "../support/marked.js";

const ECHO = `Incorrect API key provided: ${KEY}; x-tenant: ${TENANT}; "Authorization": "Bearer ${KEY}"`;

/** What the provider does. */
const FAULTS = {
  "is well": {},
  ...Object.fromEntries(
    [400, 401, 403, 404, 413, 422, 429, 500, 503].map((status) => [
      `answers ${status} with an echo`,
      { status, body: { error: { message: ECHO } } },
    ]),
  ),
  "echoes in the code, the type and the parameter": {
    status: 400,
    body: { error: { message: "no", code: ECHO, type: ECHO, param: ECHO } },
  },
  "echoes in the code of an error with status 200": { body: { error: { message: ECHO, code: ECHO, type: ECHO, param: ECHO } } },
  "echoes in plain text": { status: 500, body: ECHO },
  // Errors keep the first 500 bytes of a text, and 2,048 of a message: the cut is in the middle of the echo.
  "echoes at the end of a long text": { status: 500, body: `${"x".repeat(482)} ${TENANT} and so on` },
  "echoes at the end of a long message": {
    status: 500,
    body: { error: { message: `${"x".repeat(2_030)} ${TENANT} and so on` } },
  },
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
  stalls: { stall: "head" },
};

export const secretsShown = {};

for (const [name, fault] of Object.entries(FAULTS)) {
  secretsShown[`no secret shows when the provider ${name}`] = async (kit) => {
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
        look("its metrics", router.metrics());
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
  secretsShown[`no secret shows when fetch throws ${name}`] = async (kit) => {
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

Object.assign(secretsShown, {
  "what fetch throws without a secret is the cause, itself": async (kit) => {
    const thrown = new TypeError("no route", { cause: Object.assign(new Error("inner"), { code: "EHOSTUNREACH" }) });
    const { router } = kit.single({ params: { ...params, num_retries: 0 }, host: { fetch: () => Promise.reject(thrown) } });
    const error = await rejection(router.completion(CHAT));
    assert.equal(error.cause, thrown);
    assert.match(error.message, /no route.*EHOSTUNREACH/);
  },
  "a config's mistakes never repeat what may be a key": async (kit) => {
    const entry = (params, more) => ({
      model_list: [{ model_name: "a", litellm_params: { model: "openai/x", ...params }, ...more }],
    });
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
    for (const own of [
      { api_key: KEY },
      { api_base: `https://user:${KEY}@evil.test` },
      { base_url: "https://evil.test" },
      { extra_headers: { a: KEY } },
    ]) {
      const { router, provider } = kit.single();
      const error = await rejection(router.completion({ ...CHAT, ...own }));
      assert.ok(error instanceof kit.BadRequestError);
      assertSilent("the error", error, SECRETS);
      assert.equal(provider.calls.length, 0);
    }
  },
});
