/**
 * What the provider answers on each path, behind `fetch` and behind a socket.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CHAT, FACES, LIMIT, MESSAGES, SSE_TYPE, STREAM, TOOLS, chunksOf, contentOf, eventsOf, reach } from "./support.js";

for (const face of Object.keys(FACES)) {
  describe(`surfaces behind ${face}`, LIMIT, () => {
    it("chat completion", async (t) => {
      const { provider, chat } = await reach(face, t, { now: () => 42 });
      const response = await chat(CHAT, { headers: { authorization: "Bearer k", "X-Extra": "1" } });
      assert.equal(response.headers.get("x-request-id"), "req_alpha_1");
      const answer = await response.json();
      const [{ message, finish_reason: finish }] = answer.choices;
      assert.deepEqual(
        [answer.id, answer.object, answer.model, finish],
        ["chatcmpl-alpha-1", "chat.completion", CHAT.model, "stop"],
      );
      assert.deepEqual(
        [message.role, /\balpha\b/.test(message.content), message.content.split(" ").length],
        ["assistant", true, 8],
      );
      assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
      const { n, method, path, headers, body, text, at, finished } = provider.calls[0];
      assert.deepEqual([n, method, path, at, finished], [1, "POST", "/v1/chat/completions", 42, true]);
      assert.deepEqual([body, text, headers.authorization, headers["x-extra"]], [CHAT, JSON.stringify(CHAT), "Bearer k", "1"]);
    });

    it("chat stream, with and without usage", async (t) => {
      const { chat } = await reach(face, t);
      const whole = await (await chat(CHAT)).json();
      const response = await chat(STREAM);
      assert.equal(response.headers.get("content-type"), SSE_TYPE);
      const text = await response.text();
      assert.equal(eventsOf(text).at(-1), "[DONE]");
      const chunks = chunksOf(text);
      assert.deepEqual(chunks[0].choices[0].delta, { role: "assistant", content: "", refusal: null });
      assert.deepEqual(
        chunks.map(({ choices }) => choices[0].finish_reason),
        [...Array(chunks.length - 1).fill(null), "stop"],
      );
      assert.deepEqual(chunks.at(-1).choices[0].delta, {});
      assert.equal(contentOf(chunks), whole.choices[0].message.content);
      assert.deepEqual(
        [...new Set(chunks.map((chunk) => [chunk.id, chunk.created, chunk.object, "usage" in chunk].join()))],
        [`chatcmpl-alpha-2,${whole.created},chat.completion.chunk,false`],
      );

      const counted = chunksOf(await (await chat({ ...STREAM, stream_options: { include_usage: true } })).text());
      const last = counted.pop();
      assert.deepEqual([last.choices, last.usage], [[], whole.usage]);
      assert.ok(counted.every(({ usage }) => usage === null));
    });

    it("tool calls, whole and in fragments", async (t) => {
      const { chat } = await reach(face, t);
      const ask = async (request) => (await (await chat({ ...CHAT, tools: TOOLS, ...request })).json()).choices[0];
      const { message, finish_reason: finish } = await ask({});
      const [call] = message.tool_calls;
      assert.deepEqual(
        [finish, message.content, call.id, call.type, call.function.name],
        ["tool_calls", null, "call_alpha-1", "function", "weather"],
      );
      assert.deepEqual(JSON.parse(call.function.arguments), { city: "alpha", days: 3 });

      const chunks = chunksOf(await (await chat({ ...STREAM, tools: TOOLS })).text());
      const [first, ...later] = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
      assert.deepEqual(first, { index: 0, id: "call_alpha-2", type: "function", function: { name: "weather", arguments: "" } });
      assert.ok(later.length > 1 && later.every((fragment) => Object.keys(fragment).join() === "index,function"));
      assert.equal(later.map((fragment) => fragment.function.arguments).join(""), call.function.arguments);
      assert.equal(chunks.at(-1).choices[0].finish_reason, "tool_calls");

      const named = await ask({ tool_choice: { type: "function", function: { name: "time" } } });
      assert.equal(named.message.tool_calls[0].function.name, "time");
      const result = { role: "tool", tool_call_id: call.id, content: "sunny" };
      for (const request of [{ tool_choice: "none" }, { messages: [...MESSAGES, message, result] }]) {
        assert.match((await ask(request)).message.content, /alpha/);
      }
    });

    it("several choices and JSON replies", async (t) => {
      const { chat } = await reach(face, t);
      const { choices } = await (await chat({ ...CHAT, n: 3 })).json();
      const texts = choices.map(({ message }) => message.content);
      assert.equal(new Set(texts).size, 3);
      const chunks = chunksOf(await (await chat({ ...STREAM, n: 3 })).text());
      assert.deepEqual(
        [0, 1, 2].map((index) => contentOf(chunks.filter((chunk) => chunk.choices[0].index === index))),
        texts,
      );
      const schema = {
        type: "object",
        properties: { tags: { type: "array", items: { $ref: "#/$defs/tag" } } },
        $defs: { tag: { enum: ["x", "y"] } },
      };
      for (const [format, expected] of [
        [{ type: "json_object" }, { reply: texts[0] }],
        [{ type: "json_schema", json_schema: { name: "t", schema } }, { tags: ["x"] }],
      ]) {
        const answer = await (await chat({ ...CHAT, response_format: format })).json();
        assert.deepEqual(JSON.parse(answer.choices[0].message.content), expected);
      }
    });

    it("goes on from the assistant's last message, if told to", async (t) => {
      const begin = (content) => ({ ...CHAT, tools: TOOLS, messages: [...MESSAGES, { role: "assistant", content }] });
      const whole = "Hello from alpha every word here is made";
      const { chat, provider } = await reach(face, t, { continues: true });
      const said = async (content) => (await (await chat(begin(content))).json()).choices[0].message.content;
      for (const begun of ["Hello", "Hello from al", "Hello from alpha every ", whole]) {
        assert.equal(begun + (await said(begun)), whole);
        const chunks = chunksOf(await (await chat({ ...begin(begun), stream: true })).text());
        assert.equal(begun + contentOf(chunks), whole);
      }
      assert.equal(await said([{ type: "text", text: "Hello from beta" }]), " every word here is made");
      assert.equal(await said("So: "), whole);
      // What calls tools has begun no text.
      assert.equal(await said(null), null);
      assert.equal(provider.calls.at(-1).status, 200);

      const shaped = await reach(face, t, { continues: true, reply: ({ n }) => `One, two, ${n}` });
      const counted = await (await shaped.chat(begin("One, two"))).json();
      assert.equal(counted.choices[0].message.content, ", 1");
      const json = { ...begin('{"reply":"Hello'), response_format: { type: "json_object" } };
      const { choices } = await (await chat(json)).json();
      assert.equal(choices[0].message.content, ` from alpha every word here is made"}`);

      const usual = await reach(face, t);
      const { message } = (await (await usual.chat({ ...begin("Hello"), tools: undefined })).json()).choices[0];
      assert.equal(message.content, whole);
    });

    it("embeddings, as numbers and as base64", async (t) => {
      const { send } = await reach(face, t);
      const embed = async (request) => (await send("/openai/v1/embeddings", { model: "e", ...request })).json();
      const { data } = await embed({ input: ["a", "b"], dimensions: 5 });
      assert.deepEqual(
        data.map(({ index, embedding }) => [index, embedding.length]),
        [
          [0, 5],
          [1, 5],
        ],
      );
      assert.notDeepEqual(data[0].embedding, data[1].embedding);
      assert.ok(Math.abs(Math.hypot(...data[0].embedding) - 1) < 1e-6);
      const packed = await embed({ input: "a", dimensions: 5, encoding_format: "base64" });
      const bytes = Buffer.from(packed.data[0].embedding, "base64");
      assert.deepEqual([bytes.length, ...data[0].embedding], [20, ...[0, 4, 8, 12, 16].map((at) => bytes.readFloatLE(at))]);
      const tokens = await embed({ input: [[1, 2, 3], [4]] });
      assert.deepEqual(
        tokens.data.map(({ embedding }) => embedding.length),
        [1536, 1536],
      );
      assert.deepEqual(tokens.usage, { prompt_tokens: 4, total_tokens: 4 });
      assert.equal((await embed({ input: "" })).error.param, "input");
    });

    it("models, and refusals in OpenAI's shape", async (t) => {
      const { base, fetch, send, chat } = await reach(face, t, { apiKey: "sk-right", model: "org/m" });
      const headers = { authorization: "Bearer sk-right" };
      const { data } = await (await fetch(`${base}/v1/models`, { headers })).json();
      assert.deepEqual(
        data.map(({ id, object, owned_by: owner }) => [id, object, owner]),
        [["org/m", "model", "alpha"]],
      );
      assert.deepEqual(await (await fetch(`${base}/v1/models/org%2Fm`, { headers })).json(), data[0]);

      const unknownTool = { type: "function", function: { name: "absent" } };
      for (const [status, code, call] of [
        [401, "invalid_api_key", () => chat(CHAT, { headers: { authorization: "Bearer sk-wrong-and-long" } })],
        [401, null, () => chat(CHAT)],
        [404, null, () => send("/v1/nothing", {}, { headers })],
        [404, "model_not_found", () => fetch(`${base}/models/other`, { headers })],
        [405, "method_not_supported", () => fetch(`${base}/v1/embeddings`, { headers })],
        [400, null, () => chat(CHAT, { headers, body: '{"model":' })],
        [400, null, () => chat({ messages: MESSAGES }, { headers })],
        [400, "missing_required_parameter", () => chat({ model: "m" }, { headers })],
        [400, "invalid_value", () => chat({ ...CHAT, tools: TOOLS, tool_choice: unknownTool }, { headers })],
        [400, null, () => chat({ ...CHAT, stream_options: { include_usage: true } }, { headers })],
      ]) {
        const response = await call();
        const text = await response.text();
        const { error } = JSON.parse(text);
        assert.deepEqual([response.status, error.code, Object.keys(error)], [status, code, ["message", "type", "param", "code"]]);
        assert.equal(text.includes("sk-wrong-and-long"), false);
      }
    });
  });
}
