/**
 * What the provider answers on Anthropic's paths, behind `fetch` and behind a socket.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anthropicError } from "../index.js";
import { MESSAGE, VERSION, eventsIn, speak } from "./dialects.js";
import { CHAT, FACES, LIMIT, MESSAGES, SSE_TYPE, WEATHER } from "./support.js";

const TOOLS = [
  { name: "weather", description: "Tells the weather.", input_schema: WEATHER },
  { type: "custom", name: "time", input_schema: { type: "object", properties: {} } },
];
const SENTENCE = "Hello from alpha every word here is made";

/** Puts a message together again from its events, as a client does. */
function assembled(text) {
  const events = eventsIn(text).map(({ name, data }) => ({ name, value: JSON.parse(data) }));
  assert.ok(events.every(({ name, value }) => name === value.type));
  let message;
  const json = [];
  let open;
  for (const { value } of events) {
    if (value.type === "message_start") message = value.message;
    if (value.type === "content_block_start") {
      assert.deepEqual([open, value.index], [undefined, message.content.length], "one block at a time, in order");
      open = value.index;
      message.content.push(value.content_block);
      json.push("");
    }
    if (value.type === "content_block_delta") {
      assert.equal(value.index, open);
      const { type, partial_json: part = "", ...added } = value.delta;
      for (const [field, more] of Object.entries(added)) message.content[open][field] += more;
      json[open] += part;
    }
    if (value.type === "content_block_stop") {
      if (message.content[open].type === "tool_use") message.content[open].input = JSON.parse(json[open]);
      open = undefined;
    }
    if (value.type === "message_delta") message = { ...message, ...value.delta, usage: { ...message.usage, ...value.usage } };
  }
  return { message, names: events.map(({ name }) => name) };
}

for (const face of Object.keys(FACES)) {
  describe(`Anthropic's paths behind ${face}`, LIMIT, () => {
    const reach = (t, options) => speak("anthropic", face, t, options);

    it("a message, with its headers", async (t) => {
      const { ask } = await reach(t, { now: () => Date.UTC(2026, 0, 1) });
      const response = await ask({ system: "Be brief." });
      const { headers } = response;
      assert.deepEqual(
        ["request-id", "content-type", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-tokens-reset"].map((name) =>
          headers.get(name),
        ),
        ["req_alpha_1", "application/json", "3999", "2026-01-01T00:01:00Z"],
      );
      const { id, type, role, model, content, usage, ...rest } = await response.json();
      assert.deepEqual([id, type, role, model], ["msg_alpha_1", "message", "assistant", MESSAGE.model]);
      assert.deepEqual(content, [{ type: "text", text: SENTENCE, citations: null }]);
      assert.deepEqual([rest.stop_reason, rest.stop_sequence, usage.output_tokens], ["end_turn", null, 10]);
      assert.ok(usage.input_tokens > 0);
    });

    it("the same as a stream", async (t) => {
      const { ask, provider } = await reach(t);
      const whole = await (await ask({})).json();
      provider.reset();
      const response = await ask({ stream: true });
      assert.equal(response.headers.get("content-type"), SSE_TYPE);
      const text = await response.text();
      const { message, names } = assembled(text);
      assert.deepEqual(message, whole);
      const deltas = SENTENCE.split(" ").map(() => "content_block_delta");
      const before = ["message_start", "content_block_start", "ping"];
      assert.deepEqual(names, [...before, ...deltas, "content_block_stop", "message_delta", "message_stop"]);
      const [{ data }] = eventsIn(text);
      assert.deepEqual(JSON.parse(data).message.usage.output_tokens, 1);
    });

    it("tools and thinking, whole and in fragments", async (t) => {
      const { ask, provider } = await reach(t);
      const json = async (fields) => (await ask(fields)).json();
      const request = { tools: TOOLS, thinking: { type: "enabled", budget_tokens: 1024 }, max_tokens: 2048 };
      const whole = await json(request);
      const [thinking, use] = whole.content;
      assert.deepEqual([thinking.type, whole.stop_reason], ["thinking", "tool_use"]);
      assert.ok(thinking.thinking.includes("alpha") && thinking.signature.length === 64);
      const { id, name, input } = use;
      assert.deepEqual([id, name, input], ["toolu_alpha_1", "weather", { city: "alpha", days: 3 }]);
      assert.ok(whole.usage.output_tokens > whole.usage.output_tokens_details.thinking_tokens);
      provider.reset();
      assert.deepEqual(assembled(await (await ask({ ...request, stream: true })).text()).message, whole);

      const result = { type: "tool_result", tool_use_id: id, content: "sunny" };
      const turn = { role: "assistant", content: whole.content };
      const after = { ...request, messages: [...MESSAGES, turn, { role: "user", content: [result] }] };
      const [, { text }] = (await json(after)).content;
      assert.equal(text, SENTENCE);
      const more = { role: "user", content: "And tomorrow?" };
      assert.equal((await json({ ...after, messages: [...after.messages, more] })).stop_reason, "tool_use");

      const choose = async (choice) => (await json({ tools: TOOLS, tool_choice: choice })).content[0].name;
      assert.deepEqual(await choose({ type: "tool", name: "time" }), "time");
      assert.deepEqual(await choose({ type: "any" }), "weather");
      assert.deepEqual(await choose({ type: "none" }), undefined);
      assert.equal((await json({ tools: [{ type: "web_search_20250305", name: "web_search" }] })).stop_reason, "end_turn");
      const [hidden] = (await json({ thinking: { type: "adaptive", display: "omitted" } })).content;
      assert.deepEqual([hidden.thinking, hidden.signature.length], ["", 64]);
      const [spoken] = (await json({ thinking: { type: "disabled" } })).content;
      assert.equal(spoken.type, "text");
    });

    it("structured output, stop sequences and limits", async (t) => {
      const { ask } = await reach(t);
      const json = async (fields) => (await ask(fields)).json();
      const schema = { type: "object", properties: { tag: { enum: ["x"] } }, additionalProperties: false };
      const format = { type: "json_schema", schema };
      const { content } = await json({ output_config: { format } });
      assert.deepEqual(JSON.parse(content[0].text), { tag: "x" });
      const ended = async (fields) => {
        const { content: blocks, stop_reason: reason, stop_sequence: stop } = await json(fields);
        return [blocks[0]?.text, reason, stop];
      };
      assert.deepEqual(await ended({ stop_sequences: ["here", " every"] }), ["Hello from alpha", "stop_sequence", " every"]);
      assert.deepEqual(await ended({ stop_sequences: ["absent"] }), [SENTENCE, "end_turn", null]);
      assert.deepEqual(await ended({ max_tokens: 3 }), ["Hello from", "max_tokens", null]);
      assert.deepEqual(await ended({ max_tokens: 0 }), [undefined, "max_tokens", null]);
      const { message, names } = assembled(await (await ask({ max_tokens: 0, stream: true })).text());
      assert.deepEqual([message.content, names], [[], ["message_start", "ping", "message_delta", "message_stop"]]);
    });

    it("goes on from a prefill, unless it cannot", async (t) => {
      const { ask, provider } = await reach(t);
      const begin = (content) => ({ messages: [...MESSAGES, { role: "assistant", content }], tools: TOOLS });
      const spoken = async (content) => (await (await ask(begin(content))).json()).content.map(({ text }) => text);
      // The tools stay unused where a text was begun.
      assert.deepEqual(await spoken("Hello from alpha every"), [" word here is made"]);
      assert.deepEqual(
        await spoken([
          { type: "text", text: "Hello" },
          { type: "text", text: " from alp" },
        ]),
        ["ha every word here is made"],
      );
      assert.deepEqual(await spoken("Hello from beta every word"), [" here is made"]);
      assert.deepEqual(await spoken(SENTENCE), []);
      assert.deepEqual(await spoken("{"), [SENTENCE]);
      const { message } = assembled(await (await ask({ ...begin("Hello from"), stream: true })).text());
      assert.equal(message.content[0].text, " alpha every word here is made");
      assert.equal(provider.calls.length, 6);

      const without = await reach(t, { continues: false });
      const refused = await without.ask(begin("Hello"));
      assert.deepEqual([refused.status, /prefill/.test((await refused.json()).error.message)], [400, true]);
    });

    it("counts tokens and lists models", async (t) => {
      const { ask, send, fetch, base } = await reach(t, { model: "org/m" });
      const { max_tokens: _, ...countable } = MESSAGE;
      const counted = await (await send("/v1/messages/count_tokens", { ...countable, system: "Be brief." })).json();
      const { usage } = await (await ask({ system: "Be brief." })).json();
      assert.deepEqual(counted, { input_tokens: usage.input_tokens });
      const list = await (await fetch(`${base}/v1/models`, { headers: VERSION })).json();
      const { data, first_id: first, last_id: last, has_more: more } = list;
      assert.deepEqual(
        [data.map(({ id, type }) => [id, type]), first, last, more],
        [[["org/m", "model"]], "org/m", "org/m", false],
      );
      assert.deepEqual(await (await fetch(`${base}/v1/models/org%2Fm`, { headers: VERSION })).json(), data[0]);
      assert.equal((await fetch(`${base}/v1/models/other`, { headers: VERSION })).status, 404);
    });

    it("every error status has its body", async (t) => {
      const { ask, provider } = await reach(t);
      const types = {
        400: "invalid_request_error",
        401: "authentication_error",
        402: "billing_error",
        403: "permission_error",
        404: "not_found_error",
        409: "conflict_error",
        413: "request_too_large",
        418: "invalid_request_error",
        429: "rate_limit_error",
        500: "api_error",
        502: "api_error",
        504: "timeout_error",
        529: "overloaded_error",
      };
      for (const [status, type] of Object.entries(types)) {
        provider.reset();
        provider.script({ status: Number(status), headers: { "retry-after": "2" } });
        const response = await ask({ stream: true });
        const body = await response.json();
        assert.deepEqual([response.status, body.error.type], [Number(status), type]);
        assert.deepEqual(body, anthropicError(Number(status), {}, "req_alpha_1"));
        assert.deepEqual([response.headers.get("request-id"), response.headers.get("retry-after")], ["req_alpha_1", "2"]);
      }
      provider.script({ errorIn200: { message: "Busy" } }, { events: [{ type: "ping" }, { a: 1 }, "text"] });
      const busy = await (await ask({})).json();
      assert.deepEqual([busy.error.type, busy.error.message], ["api_error", "Busy"]);
      assert.equal(await (await ask({})).text(), 'event: ping\ndata: {"type":"ping"}\n\ndata: {"a":1}\n\ndata: text\n\n');
    });

    it("both dialects at once, each on its own paths", async (t) => {
      const both = await speak("anthropic", face, t, { dialect: "both", apiKey: "sk-right", usage: false });
      const { base, fetch, send, ask } = both;
      const key = { headers: { "x-api-key": "sk-right" } };
      const bearer = { headers: { authorization: "Bearer sk-right" } };
      assert.equal((await (await ask({}, key)).json()).usage, undefined);
      assert.equal((await (await ask({}, bearer)).json()).type, "message");
      const plain = (path, init) => fetch(base + path, init);
      const chat = await plain("/v1/chat/completions", { method: "POST", body: JSON.stringify(CHAT), ...bearer });
      assert.equal((await chat.json()).object, "chat.completion");
      assert.equal((await (await plain("/v1/models", bearer)).json()).object, "list");
      const models = await (await plain("/v1/models", { headers: { ...VERSION, ...key.headers } })).json();
      assert.equal(models.data[0].type, "model");
      for (const [headers, message] of [
        [{}, "x-api-key header is required"],
        [{ "x-api-key": "sk-wrong", ...bearer.headers }, "invalid x-api-key"],
      ]) {
        const refused = await ask({}, { headers });
        const { error } = await refused.json();
        assert.deepEqual([refused.status, error], [401, { type: "authentication_error", message }]);
      }
      both.provider.setFaults({ status: 503 });
      assert.equal((await (await ask({}, key)).json()).type, "error");
      const failed = await plain("/v1/chat/completions", { method: "POST", body: "{}", ...bearer });
      assert.equal((await failed.json()).error.code, "server_is_overloaded");
      both.provider.setFaults();

      const openai = await speak("openai", face, t);
      assert.equal((await openai.send("/v1/messages", MESSAGE, { headers: VERSION })).status, 404);
      const anthropic = await reach(t);
      assert.equal((await anthropic.send("/v1/chat/completions", CHAT)).status, 404);
      assert.equal((await send("/v1/messages", undefined, { method: "GET", body: undefined, ...key })).status, 405);
    });
  });
}
