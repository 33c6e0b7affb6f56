/**
 * The provider as a `fetch` function: what it takes, aborts, redirects, options.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fakeProvider } from "../index.js";
import { BASE, CHAT, LIMIT, STREAM, drain } from "./support.js";

describe("as a fetch function", LIMIT, () => {
  const url = `${BASE}/v1/chat/completions`;
  const post = (body, init) => ({ method: "POST", body: JSON.stringify(body), ...init });

  it("takes what fetch takes, unbound, and numbers calls as they come", async () => {
    const provider = fakeProvider();
    const { fetch } = provider;
    const text = JSON.stringify(CHAT);
    const bytes = new TextEncoder().encode(text);
    const request = new Request(url, { method: "POST", body: text, headers: { "x-a": "1" } });
    const given = [
      [url, { body: text }],
      [new URL(url), { body: bytes }],
      [url, { body: bytes.buffer }],
      [url, { body: new Blob([text]).stream() }],
      [url, { body: new Blob([text], { type: "application/json" }) }],
      [request],
      [new Request(url, { method: "POST", body: "no" }), { body: text }],
    ];
    for (const [input, init] of given) assert.equal((await fetch(input, init && { method: "post", ...init })).status, 200);
    assert.ok(provider.calls.every((call) => call.text === text && call.method === "POST" && call.url === url));
    assert.deepEqual([provider.calls[5].headers["x-a"], provider.calls[4].headers["content-type"]], ["1", "application/json"]);
    await assert.rejects(fetch(url, { body: text }), TypeError);
    provider.reset();
    await Promise.all([1, 2, 3].map((user) => fetch(url, post({ ...CHAT, user }))));
    assert.deepEqual(
      provider.calls.map(({ n, body }) => [n, body.user]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    );
  });

  it("gives the signal's own reason, before and while it answers", async () => {
    const provider = fakeProvider({ latencyMs: 60_000 });
    const reason = new Error("enough");
    await assert.rejects(provider.fetch(url, post(CHAT, { signal: AbortSignal.abort(reason) })), (error) => error === reason);
    assert.equal(provider.calls.length, 0);
    const caller = new AbortController();
    const answers = [
      provider.fetch(url, post(CHAT, { signal: caller.signal })),
      provider.fetch(new Request(url, post(CHAT)), { signal: caller.signal }),
    ];
    await provider.when(({ open }) => open === 2);
    caller.abort(reason);
    for (const answer of answers) await assert.rejects(answer, (error) => error === reason);
    assert.deepEqual([provider.calls.map(({ aborted }) => aborted), provider.open], [[true, true], 0]);

    const upload = new AbortController();
    const cancelled = new Promise((resolve) => (upload.seen = resolve));
    const sent = provider.fetch(url, {
      method: "POST",
      body: new ReadableStream({ cancel: upload.seen }),
      signal: upload.signal,
    });
    upload.abort(reason);
    await assert.rejects(sent, (error) => error === reason);
    assert.equal(await cancelled, reason);
  });

  it("counts a body that nobody reads as open", async () => {
    const provider = fakeProvider();
    const response = await provider.fetch(url, post(CHAT));
    assert.deepEqual([provider.open, provider.calls[0].finished], [1, false]);
    await response.body.cancel();
    assert.deepEqual([provider.open, provider.calls[0].cancelled], [0, true]);
  });

  it("splits to the byte, and at random by seed", async () => {
    const sizes = async (fault) => (await drain(await fakeProvider({ faults: fault }).fetch(url, post(STREAM)))).sizes;
    const sevens = await sizes({ splitBytes: 7 });
    assert.ok(sevens.slice(0, -1).every((size) => size === 7) && sevens.at(-1) <= 7);
    assert.deepEqual(await sizes({ splitBytes: "random", seed: 1 }), await sizes({ splitBytes: "random" }));
    assert.notDeepEqual(await sizes({ splitBytes: "random", seed: 2 }), await sizes({ splitBytes: "random" }));
    assert.equal((await sizes({ splitBytes: 1_000_000 })).length, 1);
  });

  it("follows redirects as fetch does, without the credential", async () => {
    const provider = fakeProvider({
      faults: [{ redirect: "https://else.test/v1/models" }, undefined, { status: 307, redirect: "/v2/chat/completions" }],
    });
    const headers = { authorization: "Bearer k" };
    assert.equal((await provider.fetch(url, post(CHAT, { headers }))).status, 200);
    assert.equal((await provider.fetch(url, post(CHAT, { headers }))).status, 200);
    assert.deepEqual(
      provider.calls.map(({ method, path, text, headers: seen }) => [method, path, text !== "", seen.authorization]),
      [
        ["POST", "/v1/chat/completions", true, "Bearer k"],
        ["GET", "/v1/models", false, undefined],
        ["POST", "/v1/chat/completions", true, "Bearer k"],
        ["POST", "/v2/chat/completions", true, "Bearer k"],
      ],
    );
    provider.setFaults({ redirect: "/again" });
    for (const redirect of ["error", "follow"]) await assert.rejects(provider.fetch(url, post(CHAT, { redirect })), TypeError);
  });

  it("obeys its options and refuses what it does not know", async () => {
    const ask = async (options, body = CHAT) => (await fakeProvider(options).fetch(url, post(body))).json();
    assert.equal("usage" in (await ask({ usage: false })), false);
    assert.deepEqual((await ask({ usage: { prompt_tokens: 5 } })).usage, { prompt_tokens: 5 });
    assert.equal((await ask({ reply: async ({ body }) => `${body.model}!` })).choices[0].message.content, "gpt-4o-mini!");
    assert.deepEqual(await ask({ name: "b" }), await ask({ name: "b" }));
    const provider = fakeProvider({ keepCalls: 1 });
    for (let i = 0; i < 3; i++) await provider.fetch(url, post(CHAT));
    assert.deepEqual(
      provider.calls.map(({ n }) => n),
      [3],
    );
    assert.throws(() => fakeProvider({ latency: 5 }), /unknown option "latency"/);
    assert.throws(() => fakeProvider({ dialect: "other" }), /unknown dialect "other"/);
    assert.throws(() => fakeProvider({ continues: 1 }), /continues is true or false/);
    assert.throws(() => provider.script({ stal: "head" }), /unknown fault "stal"/);
    assert.throws(() => provider.setFaults({ stall: "tail" }), /fault "stall" takes/);
    assert.throws(() => provider.script({ comments: "a\nb" }), /fault "comments" takes/);
    assert.throws(() => provider.script({ errorEvent: { at: "last" } }), /fault "errorEvent" takes/);
    provider.setFaults(() => ({ status: 99 }));
    await assert.rejects(provider.fetch(url, post(CHAT)), /fault "status" takes/);
    assert.equal(provider.open, 3, "only the three unread answers");
  });
});
