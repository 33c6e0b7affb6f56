/** What is no request: refused with an error that says why, before anybody is asked. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, post, rejection } from "../support/kit.js";
import { ORIGIN, errorIn, three } from "../support/three.js";

export const inputRefused = {};

const BAD_BODIES = {
  "nothing at all": "",
  "no JSON": "model=claude-fast",
  "a web page": "<html></html>",
  "half of a request": JSON.stringify(CHAT).slice(0, -10),
  "a request and more": `${JSON.stringify(CHAT)} {}`,
  "a list": JSON.stringify([CHAT]),
  "a text": JSON.stringify("model"),
  null: "null",
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
  NaN: '{"model":"claude-fast","temperature":NaN}',
};

for (const [name, body] of Object.entries(BAD_BODIES)) {
  inputRefused[`a body of ${name} is a 400 of the caller's`] = async (kit) => {
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

Object.assign(inputRefused, {
  "an unknown model is a 404 that lists what is known": async (kit) => {
    const { router } = three(kit);
    const error = await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, model: "claude-slow" })), 404);
    assert.equal(error.code, "model_not_found");
    assert.match(error.message, /claude-slow.*claude-fast/);
    const thrown = await rejection(router.completion({ ...CHAT, model: "claude-slow" }));
    assert.ok(thrown instanceof kit.NotFoundError);
    assert.deepEqual([thrown.status, thrown.side, thrown.attempts.length], [404, "caller", 0]);
  },
  "a name begins no line of a log": async (kit) => {
    const { router, one } = three(kit);
    for (const model of ["x\r\n2026-01-01 admin logged in", "x\u001b[2J\u0085"]) {
      const { message } = await errorIn(await router.fetch(CHAT_URL, post({ ...CHAT, model })), 404);
      assert.doesNotMatch(message, /[\0-\x1f\x7f-\x9f]/);
      assert.doesNotMatch((await rejection(router.completion({ ...CHAT, model }))).message, /[\0-\x1f\x7f-\x9f]/);
    }
    assert.equal(one.calls.length, 0);
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
  "of a request that does not tell its length no more is read than may be": async (kit) => {
    const { router, one } = three(kit, { host: { maxBodyBytes: 100_000 } });
    let pulled = 0;
    let isCancelled = false;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        if (pulled > 1_000) controller.close();
        else controller.enqueue(new Uint8Array(10_000).fill(0x20));
      },
      cancel() {
        isCancelled = true;
      },
    });
    const error = await errorIn(await router.fetch(new Request(CHAT_URL, { method: "POST", body: endless, duplex: "half" })), 413);
    assert.equal(error.code, "request_too_large");
    assert.ok(pulled < 50, `${pulled} pieces were read`);
    assert.ok(isCancelled);
    assert.equal(one.calls.length, 0);
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
        assert.deepEqual(
          _hidden_params.attempts.map(({ deployment, error }) => [deployment, error]),
          [
            ["one", "APIError"],
            ["two", null],
          ],
        );
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
    // Before anything else was asked for.
    assert.equal((await errorIn(await router.fetch("", { method: "" }), 404)).code, "unknown_url");
    for (const [method, path] of [
      ["GET", "/v1/chat/completions"],
      ["PUT", "/v1/embeddings"],
      ["DELETE", "/v1/models"],
      ["POST", "/v1/models/claude-fast"],
    ]) {
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
    for (const url of [
      `${ORIGIN}/chat/completions`,
      "http://localhost:1/v1/chat/completions?api-version=1",
      new URL(CHAT_URL),
      `${CHAT_URL}/`,
    ]) {
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
