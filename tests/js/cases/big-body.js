/** A request of some megabytes, written anew for Anthropic: what it carries arrives as it was. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, post, rejection } from "../support/kit.js";
import { mixed, sentenceOf } from "../support/mixed.js";

export const bigBody = {};

const BYTES = 3 * 1024 * 1024;

const made = new Map();

/** The same for the same size, made once. */
export function picture(bytes) {
  if (!made.has(bytes)) made.set(bytes, drawn(bytes));
  return made.get(bytes);
}

/** Base64 of so many bytes, without a pattern that would hide a piece which is missing or stands twice. */
function drawn(bytes) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const letters = new Uint8Array(Math.floor((bytes * 4) / 3 / 4) * 4);
  let state = 1;
  for (let at = 0; at < letters.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    letters[at] = alphabet.charCodeAt(state >>> 26);
  }
  return new TextDecoder().decode(letters);
}

const TEXT = "Grüße: what is in here? 🙂";

/** A question about pictures; unless told otherwise its text goes beyond ASCII. */
export const about = (pictures, text = TEXT) => ({
  model: GROUP,
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text },
        ...pictures.map((data) => ({ type: "image_url", image_url: { url: `data:image/png;base64,${data}` } })),
      ],
    },
  ],
});

const WAYS = {
  completion: async (router, request) => (await router.completion(request)).choices[0].message.content,
  "fetch, as text": async (router, request) =>
    (await (await router.fetch(CHAT_URL, post(request))).json()).choices[0].message.content,
  "fetch, as bytes": async (router, request) => {
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    return (await (await router.fetch(CHAT_URL, post(bytes))).json()).choices[0].message.content;
  },
};

for (const [way, ask] of Object.entries(WAYS)) {
  bigBody[`pictures of 3 MB and of a few bytes go on to Anthropic letter by letter: ${way}`] = async (kit) => {
    const pictures = ["iVBORw0KGgo=", picture(BYTES), "iVBORw0KGgo="];
    const text = way === "fetch, as text" ? "What is in here?" : TEXT;
    const { router, one } = mixed(kit, ["anthropic"]);
    assert.equal(await ask(router, about(pictures, text)), sentenceOf("one"));
    const [{ content }] = one.calls[0].body.messages;
    assert.equal(content[0].text, text);
    assert.deepEqual(
      content.slice(1).map(({ type, source }) => [type, source.type, source.media_type, source.data.length]),
      pictures.map((data) => ["image", "base64", "image/png", data.length]),
    );
    // Not with deepEqual, whose report of a difference would have some megabytes.
    for (const [at, data] of pictures.entries()) assert.ok(content[at + 1].source.data === data, `picture ${at} differs`);
  };
}

bigBody["after a fault the next one gets all of it too, in its own words"] = async (kit) => {
  const data = picture(BYTES);
  const { router, one, two } = mixed(kit, ["anthropic", "openai"], { one: { faults: { status: 529 } } });
  for (const way of ["completion", "fetch, as text"]) {
    const ask = WAYS[way];
    one.reset();
    two.reset();
    assert.equal(await ask(router, about([data])), sentenceOf("two"), way);
    assert.ok(one.calls[0].body.messages[0].content[1].source.data === data, way);
    assert.ok(two.calls[0].body.messages[0].content[1].image_url.url === `data:image/png;base64,${data}`, way);
  }
};

bigBody["a long answer comes whole"] = async (kit) => {
  const reply = `Grüße ${picture(BYTES)}`;
  const { router } = mixed(kit, ["anthropic"], { one: { reply, faults: { splitBytes: 50_000 } } });
  // A limit of tokens would cut it.
  const request = { ...about(["iVBORw0KGgo="]), max_tokens: 2_000_000 };
  for (const way of ["completion", "fetch, as text"]) assert.ok((await WAYS[way](router, request)) === reply);
};

/** A turn of so many calls, and their results in the opposite order. */
function called(count) {
  const ids = Array.from({ length: count }, (_, n) => `call_${n}`);
  const tool_calls = ids.map((id) => ({ id, type: "function", function: { name: "look", arguments: "{}" } }));
  const results = ids.reverse().map((tool_call_id) => ({ role: "tool", tool_call_id, content: "y" }));
  return { model: GROUP, messages: [{ role: "user", content: "?" }, { role: "assistant", tool_calls }, ...results] };
}

bigBody["what is no answer is told as what it is, however long the request was"] = async (kit) => {
  const content = "Say something. ".repeat(2_000);
  const busy = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  for (const [body, status, message] of [
    [busy, 503, "Overloaded"],
    [{ type: "message" }, 502, "the provider's answer has no `content`"],
  ]) {
    const { router } = mixed(kit, ["anthropic"], { one: { faults: { status: 200, body } }, config: { num_retries: 0 } });
    const error = await rejection(router.completion({ ...CHAT, messages: [{ role: "user", content }] }));
    assert.deepEqual([error.status, error.message], [status, message]);
  }
};

for (const dialect of ["anthropic", "gemini"]) {
  bigBody[`a caller cannot hold up everybody by results of tools: ${dialect}`] = async (kit) => {
    const { router, one } = mixed(kit, [dialect]);
    for (const [count, status] of [[600, 200], [6_000, 400]]) {
      const response = await router.fetch(CHAT_URL, post(called(count)));
      const answer = await response.json();
      assert.equal(response.status, status, JSON.stringify(answer));
      if (status === 400) assert.match(answer.error.message, /too many results of tools/);
    }
    assert.equal(one.calls.length, 1);
  };
  bigBody[`allowed tools are the ones that are named, be they many: ${dialect}`] = async (kit) => {
    const { router, one } = mixed(kit, [dialect]);
    const tools = Array.from({ length: 5_000 }, (_, n) => ({ type: "function", function: { name: `tool_${n}`, parameters: {} } }));
    const allowed = tools.filter((_, n) => n % 2 === 0).map(({ function: { name } }) => ({ type: "function", function: { name } }));
    const tool_choice = { type: "allowed_tools", allowed_tools: { mode: "auto", tools: allowed } };
    const response = await router.fetch(CHAT_URL, post({ model: GROUP, messages: [{ role: "user", content: "?" }], tools, tool_choice }));
    await response.text();
    const sent = one.calls[0].body.tools;
    const names = (dialect === "gemini" ? sent.flatMap((tool) => tool.functionDeclarations) : sent).map(({ name }) => name);
    assert.equal(names.length, 2_500);
    assert.ok(names.every((name, at) => name === `tool_${2 * at}`));
  };
}
