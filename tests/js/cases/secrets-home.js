/** Where keys and headers go: to the configured origin, and nowhere else. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, all, deployment, fetchOf, post } from "../support/kit.js";
import { assertSilent } from "../support/leaks.js";
import { CALLER, KEY, TENANT, WAYS, headers, params } from "../support/marked.js";

const STREAM = { ...CHAT, stream: true };

export const secretsHome = {
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
    const router = kit.router(
      { model_list: [deployment("one", { api_key: KEY, extra_headers: own })] },
      { fetch: fetchOf(provider) },
    );
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
    const home = kit.router(
      { model_list: [deployment("one", { api_key: undefined, api_base: undefined })] },
      { fetch: provider.fetch, env },
    );
    await home.completion(CHAT);
    assert.deepEqual(
      provider.calls.map(({ url, headers }) => [new URL(url).origin, headers.authorization]),
      [
        ["https://one.test", undefined],
        ["https://api.openai.com", `Bearer ${KEY}`],
      ],
    );
  },
  "of the upstream's headers only harmless ones are handed on": async (kit) => {
    const sent = {
      "set-cookie": "a=b",
      server: "nginx",
      "x-internal": "1",
      "alt-svc": "h3",
      "x-ratelimit-remaining-requests": "7",
      "transfer-encoding": "gzip",
    };
    for (const request of [CHAT, STREAM]) {
      const { router } = kit.single({ one: { faults: { headers: sent } } });
      const response = await router.fetch(CHAT_URL, post(request));
      await response.text();
      const known = /^(content-type|content-length|x-request-id|openai-(version|processing-ms)|x-ratelimit-.*|x-switchman-.*)$/;
      for (const [name] of response.headers) assert.match(name, known);
      assert.equal(response.headers.get("x-ratelimit-remaining-requests"), "7");
      const answer = await router.completion(request);
      assert.deepEqual(
        Object.keys(answer._hidden_params.additional_headers).filter((name) => !known.test(name)),
        [],
      );
      if (request.stream) await all(answer);
    }
  },
  "a redirect is refused: the other origin is never called": async (kit) => {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const way of Object.keys(WAYS)) {
        const [one, other] = [
          kit.provider("one", { faults: { status, redirect: "https://other.test/v1/chat/completions" } }),
          kit.provider("other"),
        ];
        const { router } = kit.single({ params: { ...params, num_retries: 0 }, host: { fetch: fetchOf(one, other) } });
        await WAYS[way](router, () => {}, {});
        assert.equal(one.calls.length, 1);
        assert.equal(other.calls.length, 0);
      }
    }
  },
};
