// Azure OpenAI: addresses, keys and tokens, filters, and the way on to OpenAI.

import assert from "node:assert/strict";
import { all, brief, CHAT, CHAT_URL, deployment, eventsIn, fetchOf, post, rejection } from "../support/kit.js";

const AZURE = { model: "azure/gpt-4o", api_base: "https://one.test", api_version: "2024-10-21" };

/** A group with one deployment at Azure, whose key, if any, comes from somewhere else. */
const single = (kit, { one, params, ...rest } = {}) =>
  kit.single({ one: { dialect: "azure", reply: "Four.", ...one }, params: { ...AZURE, ...params }, ...rest });

/** Azure first, then OpenAI. */
const pair = (kit, { one, ...rest } = {}) => kit.pair({ one: { dialect: "azure", ...one }, first: AZURE, ...rest });

const NO_KEY = { api_key: null };
const NEVER = () => new Promise(() => {});

/** A clock that moves as it is told, and no timer that rings by itself. */
function clock() {
  const time = { ms: 1_700_000_000_000 };
  return { time, now: () => time.ms };
}

export const azure = {
  "what a star stands for stays one step of the address": async (kit) => {
    const one = kit.provider("one", { dialect: "azure" });
    const params = { ...AZURE, model: "azure/*" };
    const router = kit.router({ model_list: [deployment("one", params, "azure/*")] }, { fetch: fetchOf(one), seed: 1 });
    for (const name of [".", ".."]) {
      const response = await router.fetch(CHAT_URL, post({ ...CHAT, model: `azure/${name}` }));
      assert.equal(response.status, 404, await response.text());
    }
    assert.equal(one.calls.length, 0);
    for (const name of ["...", "../../evil", "a?b#c", "%2e%2e"]) {
      await (await router.fetch(CHAT_URL, post({ ...CHAT, model: `azure/${name}` }))).text();
      const { pathname, search } = new URL(one.calls.at(-1).url);
      assert.equal(pathname, `/openai/deployments/${encodeURIComponent(name)}/chat/completions`);
      assert.equal(search, "?api-version=2024-10-21");
    }
  },
  "both styles of addresses are asked, with the key as `api-key`": async (kit) => {
    const dated = single(kit, { one: { apiKey: "sk-one" } });
    const answer = await dated.router.completion(CHAT);
    assert.equal(answer.choices[0].message.content, "Four.");
    const response = await dated.router.fetch(CHAT_URL, post(CHAT));
    assert.equal(response.status, 200);
    for (const { url, headers, body } of dated.provider.calls) {
      assert.equal(url, "https://one.test/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
      assert.deepEqual([headers["api-key"], headers.authorization, body.model], ["sk-one", undefined, "gpt-4o"]);
    }
    const undated = single(kit, { one: { apiKey: "sk-one" }, params: { api_version: "v1" } });
    await undated.router.completion(CHAT);
    assert.equal(undated.provider.calls[0].url, "https://one.test/openai/v1/chat/completions");
    const vectors = await dated.router.embedding({ model: CHAT.model, input: "a", dimensions: 2 });
    assert.equal(vectors.data[0].embedding.length, 2);
  },
  "what the filters say first is no content": async (kit) => {
    const { router, two } = pair(kit, { one: { faults: [{ cut: { afterEvents: 1 } }] } });
    // Azure's stream breaks off behind the results of the prompt: nothing has been told, so that OpenAI answers.
    const stream = await router.completion({ ...CHAT, stream: true });
    await all(stream);
    assert.equal(stream.model_used, "openai/model-two");
    assert.equal(two.calls.length, 1);
  },
  "a stream goes on as it came, the results of the filters with it": async (kit) => {
    const { router } = single(kit);
    const objects = await all(await router.completion({ ...CHAT, stream: true }));
    assert.deepEqual(objects[0].choices, []);
    assert.equal(objects[0].prompt_filter_results[0].content_filter_results.hate.filtered, false);
    const text = await (await router.fetch(CHAT_URL, post({ ...CHAT, stream: true }))).text();
    const chunks = eventsIn(text).filter((event) => event !== "[DONE]").map((event) => JSON.parse(event));
    assert.equal(chunks.flatMap(({ choices }) => choices).map(({ delta }) => delta.content ?? "").join(""), "Four.");
    assert.equal(eventsIn(text).at(-1), "[DONE]");
  },
  "a prompt that is refused is told with Azure's own reasons": async (kit) => {
    const body = kit.azureFilteredPrompt();
    const { router, one, two } = pair(kit, { one: { faults: { status: 400, body } } });
    const error = await rejection(router.completion(CHAT));
    assert.ok(error instanceof kit.ContentPolicyViolationError);
    assert.deepEqual(error.innererror, body.error.innererror);
    const response = await router.fetch(CHAT_URL, post(CHAT));
    const told = await response.json();
    assert.deepEqual([response.status, told.error.code, told.error.innererror], [400, "content_filter", body.error.innererror]);
    // Refused content is refused elsewhere too, unless the config says otherwise.
    assert.deepEqual([one.calls.length, two.calls.length], [2, 0]);
  },
  "an answer that is filtered ends with `content_filter`": async (kit) => {
    const { router } = single(kit, { one: { quirks: ["content_filter"] } });
    assert.equal((await router.completion(CHAT)).choices[0].finish_reason, "content_filter");
    const whole = await (await router.completion({ ...CHAT, stream: true })).final();
    assert.equal(whole.choices[0].finish_reason, "content_filter");
  },
  "between Azure and OpenAI a call moves before content": async (kit) => {
    const errors = [
      [{ status: 429, body: kit.azureError(429), headers: { "retry-after-ms": "7000", "retry-after": "7" } }, "RateLimitError"],
      [{ status: 401, body: { statusCode: 401, message: "Access denied." } }, "AuthenticationError"],
      [{ status: 404, body: kit.azureError(404, { code: "DeploymentNotFound" }) }, "NotFoundError"],
      [{ status: 503, body: kit.azureError(503) }, "ServiceUnavailableError"],
      [{ status: 408, body: kit.azureError(408) }, "Timeout"],
    ];
    for (const [fault, name] of errors) {
      for (const stream of [false, true]) {
        const { router } = pair(kit, { one: { faults: fault } });
        const answer = await router.completion({ ...CHAT, stream });
        if (stream) await all(answer);
        assert.equal(answer.model_used, "openai/model-two");
        const { attempts } = answer._hidden_params;
        assert.deepEqual(brief(attempts), [
          { deployment: "one", status: fault.status, error: name },
          { deployment: "two", status: 200, error: null },
        ]);
      }
    }
    const back = kit.pair({ two: { dialect: "azure" }, second: { ...AZURE, api_base: "https://two.test" }, one: { faults: { status: 500 } } });
    assert.equal((await back.router.completion(CHAT)).model_used, "azure/gpt-4o");
  },
  "how long Azure asks to wait is known to the millisecond": async (kit) => {
    const fault = { status: 429, body: kit.azureError(429), headers: { "retry-after-ms": "7100", "retry-after": "8" } };
    const { router } = single(kit, { one: { faults: fault }, config: { num_retries: 0 } });
    const error = await rejection(router.completion(CHAT));
    assert.deepEqual([error.name, error.code, error.retryAfterMs], ["RateLimitError", "RateLimitReached", 7100]);
  },
  "its price is that of the base model": async (kit) => {
    const { router } = single(kit, { params: { model: "azure/my-deployment", base_model: "azure/gpt-4o" } });
    assert.ok((await router.completion(CHAT))._hidden_params.response_cost > 0);
    const unknown = single(kit, { params: { model: "azure/my-deployment" } });
    assert.equal((await unknown.router.completion(CHAT))._hidden_params.response_cost, null);
  },
  "a token of the host's is kept until it expires": async (kit) => {
    const { time, now } = clock();
    const asked = [];
    const getToken = async (about) => {
      asked.push(about);
      return { token: `entra-${asked.length}`, expiresOnTimestamp: time.ms + 3_600_000 };
    };
    const { router, provider } = single(kit, { params: NO_KEY, host: { getToken, now } });
    const used = () => provider.calls.map(({ headers }) => headers.authorization);
    await router.completion(CHAT);
    await (await router.fetch(CHAT_URL, post(CHAT))).text();
    await router.embedding({ model: CHAT.model, input: "a" });
    assert.deepEqual(used(), ["Bearer entra-1", "Bearer entra-1", "Bearer entra-1"]);
    assert.equal(provider.calls[0].headers["api-key"], undefined);
    const { id, provider: name, model, api_base } = asked[0];
    assert.deepEqual([id, name, model, api_base], ["one", "azure", "gpt-4o", "https://one.test"]);
    time.ms += 3_580_000;
    await router.completion(CHAT);
    assert.deepEqual([used().at(-1), asked.length], ["Bearer entra-2", 2]);
  },
  "a text is used once": async (kit) => {
    let count = 0;
    const getToken = () => `entra-${(count += 1)}`;
    const { router, provider } = single(kit, { params: NO_KEY, host: { getToken } });
    await router.completion(CHAT);
    await all(await router.completion({ ...CHAT, stream: true }));
    assert.deepEqual(provider.calls.map(({ headers }) => headers.authorization), ["Bearer entra-1", "Bearer entra-2"]);
  },
  "a token that is refused is asked for again, once, in the same send": async (kit) => {
    let count = 0;
    const getToken = () => ({ token: `entra-${(count += 1)}`, expiresOnTimestamp: Date.now() + 3_600_000 });
    const { router, provider } = single(kit, { params: NO_KEY, host: { getToken }, config: { num_retries: 0 } });
    await router.completion(CHAT);
    provider.script({ status: 401, body: kit.azureError(401) });
    const answer = await router.completion(CHAT);
    assert.equal(answer._hidden_params.attempts.length, 1);
    const used = () => provider.calls.map(({ headers }) => headers.authorization);
    assert.deepEqual(used(), ["Bearer entra-1", "Bearer entra-1", "Bearer entra-2"]);
    // A fresh one that is refused is the deployment's fault, and is not used again.
    provider.script({ status: 401, body: kit.azureError(401) }, { status: 401, body: kit.azureError(401) });
    const error = await rejection(router.completion(CHAT));
    assert.equal(error.name, "AuthenticationError");
    assert.deepEqual(used().slice(3), ["Bearer entra-2", "Bearer entra-3"]);
    await router.completion(CHAT);
    assert.equal(used().at(-1), "Bearer entra-4");
  },
  "a getToken that fails is a key that is refused": async (kit) => {
    const failing = [
      () => Promise.reject(new Error("no identity")),
      () => { throw new Error("no identity"); },
      () => undefined, () => "", () => 7, () => ({ token: "a b" }),
    ];
    for (const getToken of failing) {
      const { router, one, two } = pair(kit, { host: { getToken }, first: { ...AZURE, ...NO_KEY } });
      const answer = await router.completion(CHAT);
      assert.deepEqual(brief(answer._hidden_params.attempts), [
        { deployment: "one", status: null, error: "AuthenticationError" },
        { deployment: "two", status: 200, error: null },
      ]);
      assert.deepEqual([one.calls.length, two.calls.length], [0, 1]);
      // It is benched as with a wrong key.
      assert.equal((await router.completion(CHAT))._hidden_params.attempts.length, 1);
    }
    const alone = single(kit, { params: NO_KEY, host: { getToken: failing[0] }, config: { num_retries: 0 } });
    const error = await rejection(alone.router.completion(CHAT));
    assert.deepEqual([error.name, error.message, error.cause?.message], ["AuthenticationError", "getToken failed: no identity", "no identity"]);
  },
  "a getToken that never answers is given up after ten seconds": async (kit) => {
    const { time, now } = clock();
    const sleep = (ms, signal) => new Promise((resolve) => setTimeout(resolve, 0)).then(() => {
      if (!signal.aborted) time.ms += ms;
    });
    const { router, one } = pair(kit, { host: { getToken: NEVER, now, sleep }, first: { ...AZURE, ...NO_KEY } });
    const before = time.ms;
    const answer = await router.completion(CHAT);
    const [first] = answer._hidden_params.attempts;
    assert.deepEqual([first.error, first.message], ["AuthenticationError", "getToken gave no token in time"]);
    assert.ok(time.ms - before >= 10_000 && time.ms - before < 20_000, String(time.ms - before));
    assert.equal(one.calls.length, 0);
  },
  "a caller that leaves while a token is waited for sends nothing": async (kit) => {
    let give;
    const getToken = () => new Promise((resolve) => (give = resolve));
    const { router, provider } = single(kit, { params: NO_KEY, host: { getToken } });
    const controller = new AbortController();
    const call = rejection(router.completion(CHAT, { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 0));
    controller.abort();
    assert.equal((await call).name, "AbortError");
    give("entra-late");
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.equal(provider.calls.length, 0);
  },
  "a token that comes when another deployment has the id is not that one's": async (kit) => {
    const gives = [];
    const getToken = () => new Promise((resolve) => gives.push(resolve));
    const { router, provider } = single(kit, { params: NO_KEY, host: { getToken } });
    const call = router.completion(CHAT).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 0));
    router.upsertDeployment(deployment("one", { ...AZURE, ...NO_KEY, rpm: 100 }));
    const expiresOnTimestamp = Date.now() + 3_600_000;
    gives[0]({ token: "entra-of-the-first", expiresOnTimestamp });
    await call;
    const before = provider.calls.length;
    const next = router.completion(CHAT);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.equal(gives.length, 2);
    gives[1]({ token: "entra-of-the-second", expiresOnTimestamp });
    await next;
    assert.equal(provider.calls[before].headers.authorization, "Bearer entra-of-the-second");
  },
  "no error and no metadata shows a token": async (kit) => {
    const token = "eyJ0eXAi-marked-token";
    const body = kit.azureError(403, { message: `token ${token} may not`, innererror: { code: token } });
    const { router } = single(kit, { one: { faults: { status: 403, body } }, params: NO_KEY, host: { getToken: () => token }, config: { num_retries: 0 } });
    const error = await rejection(router.completion(CHAT));
    const response = await (await router.fetch(CHAT_URL, post(CHAT))).text();
    const told = [error.message, JSON.stringify(error), String(error.stack), response, JSON.stringify(router.snapshot())].join("\n");
    assert.equal(told.includes("marked-token"), false, told);
    const thrown = kit.router({ model_list: [deployment("one", { ...AZURE, ...NO_KEY })] }, {
      getToken: () => token,
      fetch: async (_, init) => { throw new Error(`failed: ${JSON.stringify(init.headers)}`); },
    });
    const failed = await rejection(thrown.completion({ ...CHAT, num_retries: 0 }));
    assert.equal([failed.message, String(failed.cause)].join().includes("marked-token"), false, failed.message);
  },
};
