/** The official client of OpenAI, unmodified, before a router that knows Anthropic only, and before a mixed one. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import OpenAI from "openai";
import { at } from "../../scripts/project.mjs";
import { CHAT, GROUP, all, rejection } from "./support/kit.js";
import { DIALECTS, MIXED, inWords } from "./support/dialects.js";
import { lateFaults } from "./support/late-faults.js";
import { SHAPED, WITH_TOOL, mixed, sentenceOf } from "./support/mixed.js";
import { nodeKit } from "./support/suite.mjs";

const LIMIT = { timeout: 60_000 };

/** A client before a router with these deployments; after the test nothing may be left of a call. */
async function before(t, dialects, options) {
  const kit = await nodeKit();
  const made = mixed(kit, dialects, options);
  t.after(() => kit.settled());
  return { ...made, client: new OpenAI({ apiKey: "-", fetch: made.router.fetch }) };
}

/** One model that thinks and holds to schemas by itself, and one that does neither. */
const MODELS = { "an old model": undefined, "a newer model": { one: { model: "anthropic/claude-sonnet-4-5" } } };

for (const [model, params] of Object.entries(MODELS)) {
  describe(`the openai client before Anthropic: ${model}`, LIMIT, () => {
    test("a chat completion, its usage, and who gave it", async (t) => {
      const { client, one } = await before(t, ["anthropic"], { params });
      const { data, response } = await client.chat.completions.create(CHAT).withResponse();
      assert.equal(data.object, "chat.completion");
      assert.equal(data.choices[0].message.content, sentenceOf("one"));
      assert.equal(data.choices[0].finish_reason, "stop");
      const { prompt_tokens, completion_tokens, total_tokens } = data.usage;
      assert.ok(prompt_tokens > 0 && completion_tokens > 0);
      assert.equal(total_tokens, prompt_tokens + completion_tokens);
      assert.match(response.headers.get("x-switchman-model-used"), /^anthropic\/claude-/);
      const [{ headers }] = one.calls;
      assert.equal(headers["x-api-key"], "sk-one");
      assert.equal(headers.authorization, undefined);
    });

    test("a stream, with usage", async (t) => {
      const { client } = await before(t, ["anthropic"], { params });
      const whole = await client.chat.completions.create(CHAT);
      const request = { ...CHAT, stream: true, stream_options: { include_usage: true } };
      const chunks = await all(await client.chat.completions.create(request));
      assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join(""), sentenceOf("one"));
      const { completion_tokens, prompt_tokens } = chunks.at(-1).usage;
      assert.deepEqual([prompt_tokens, completion_tokens], [whole.usage.prompt_tokens, whole.usage.completion_tokens]);
    });

    test("chat.completions.stream() and its final completion", async (t) => {
      const { client } = await before(t, ["anthropic"], { params });
      const stream = client.chat.completions.stream(CHAT);
      let said = "";
      stream.on("content", (delta) => (said += delta));
      const { choices } = await stream.finalChatCompletion();
      assert.deepEqual([said, choices[0].message.content], [sentenceOf("one"), sentenceOf("one")]);
    });

    test("tools: a call, its result, the answer; whole and streamed", async (t) => {
      const { client, one } = await before(t, ["anthropic"], { params });
      const streamed = async (request) => client.chat.completions.stream(request).finalChatCompletion();
      for (const ask of [(request) => client.chat.completions.create(request), streamed]) {
        const { choices } = await ask(WITH_TOOL);
        assert.equal(choices[0].finish_reason, "tool_calls");
        const { message } = choices[0];
        const [call] = message.tool_calls;
        assert.equal(call.function.name, "look_up");
        assert.deepEqual(JSON.parse(call.function.arguments), { town: "one" });
        const result = { role: "tool", tool_call_id: call.id, content: "sunny" };
        const answer = await ask({ ...WITH_TOOL, messages: [...WITH_TOOL.messages, message, result] });
        assert.equal(answer.choices[0].message.content, sentenceOf("one"));
        const said = one.calls.at(-1).body.messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
        const use = said.find(({ type }) => type === "tool_use");
        assert.deepEqual([use.id, use.input], [call.id, { town: "one" }]);
        assert.equal(said.find(({ type }) => type === "tool_result").tool_use_id, call.id);
      }
    });

    test("tools that the client runs by itself", async (t) => {
      const { client } = await before(t, ["anthropic"], { params });
      const asked = [];
      const look = { ...WITH_TOOL.tools[0].function, parse: JSON.parse, function: (args) => (asked.push(args), "sunny") };
      const runner = client.chat.completions.runTools({ ...CHAT, tools: [{ type: "function", function: look }] });
      assert.equal(await runner.finalContent(), sentenceOf("one"));
      assert.deepEqual(asked, [{ town: "one" }]);
    });

    test("structured output, whole and streamed", async (t) => {
      const { client, one } = await before(t, ["anthropic"], { params });
      const whole = await client.chat.completions.parse(SHAPED);
      const streamed = await client.chat.completions.stream(SHAPED).finalChatCompletion();
      for (const { choices } of [whole, streamed]) {
        assert.equal(choices[0].finish_reason, "stop");
        assert.equal(choices[0].message.tool_calls?.length ?? 0, 0);
        const { reply, ...rest } = JSON.parse(choices[0].message.content);
        assert.deepEqual([typeof reply, rest], ["string", {}]);
      }
      const { output_config, tools } = one.calls[0].body;
      assert.equal(output_config?.format.type, params && "json_schema");
      assert.equal(tools?.length, params ? undefined : 1);
    });

    test("a picture in the request", async (t) => {
      const { client, one } = await before(t, ["anthropic"], { params });
      const content = [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
      ];
      const { choices } = await client.chat.completions.create({ ...CHAT, messages: [{ role: "user", content }] });
      assert.equal(choices[0].message.content, sentenceOf("one"));
      const [, image] = one.calls[0].body.messages[0].content;
      assert.deepEqual(image, { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } });
    });

    test("every error has its class, and is not tried again", async (t) => {
      const { client, one } = await before(t, ["anthropic"], { params, config: { num_retries: 0 } });
      const errors = {
        400: [OpenAI.BadRequestError, 400],
        401: [OpenAI.AuthenticationError, 401],
        403: [OpenAI.PermissionDeniedError, 403],
        404: [OpenAI.NotFoundError, 404],
        429: [OpenAI.RateLimitError, 429],
        500: [OpenAI.InternalServerError, 500],
        529: [OpenAI.InternalServerError, 529],
      };
      for (const [status, [Class, told]] of Object.entries(errors)) {
        for (const stream of [false, true]) {
          one.reset();
          one.setFaults({ status: Number(status), headers: { "retry-after": "2" } });
          const error = await rejection(client.chat.completions.create({ ...CHAT, stream }, { maxRetries: 3 }));
          assert.ok(error instanceof Class, `${status}: ${error}`);
          assert.equal(error.status, told);
          assert.equal(typeof error.error.message, "string");
          assert.equal(error.headers.get("x-should-retry"), "false");
          if (Number(status) === 429) assert.equal(error.headers.get("retry-after"), "2");
          assert.equal(one.calls.length, 1);
        }
      }
    });

    test("an error within a stream", async (t) => {
      const faults = lateFaults("anthropic")["an error event comes: overloaded_error"][0];
      const { client } = await before(t, ["anthropic"], { params, one: { faults } });
      const seen = [];
      const error = await rejection(
        (async () => {
          for await (const chunk of await client.chat.completions.create({ ...CHAT, stream: true })) seen.push(chunk);
        })(),
      );
      assert.ok(error instanceof OpenAI.APIError, String(error));
      assert.deepEqual([error.code, seen.length], ["overloaded", 4]);
    });

    test("leaving a stream ends it, down to the provider", async (t) => {
      const { client, one } = await before(t, ["anthropic"], { params, one: { faults: { stall: { afterEvents: 6 } } } });
      for await (const { choices } of await client.chat.completions.create({ ...CHAT, stream: true })) {
        if (choices[0].delta.content) break;
      }
      assert.ok(one.calls[0].aborted || one.calls[0].cancelled);
    });
  });
}

describe("the openai client before Anthropic", LIMIT, () => {
  test("reasoning_effort: the thoughts are in the answer, whole and streamed", async (t) => {
    for (const name of ["claude-sonnet-4-5", "claude-opus-4-7"]) {
      const { client, one } = await before(t, ["anthropic"], { params: { one: { model: `anthropic/${name}` } } });
      const request = { ...CHAT, reasoning_effort: "low" };
      const { choices, usage } = await client.chat.completions.create(request);
      assert.match(choices[0].message.reasoning_content, /hear from one/);
      assert.equal(choices[0].message.content, sentenceOf("one"));
      assert.ok(usage.completion_tokens_details.reasoning_tokens > 0);
      const chunks = await all(await client.chat.completions.create({ ...request, stream: true }));
      const thoughts = chunks.map(({ choices }) => choices[0]?.delta.reasoning_content ?? "").join("");
      assert.equal(thoughts, choices[0].message.reasoning_content);
      assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join(""), sentenceOf("one"));
      assert.equal(one.calls[0].body.thinking.type, name.includes("4-7") ? "adaptive" : "enabled");
    }
  });

  test("thoughts that a client sends back with a tool's result are taken as they were", async (t) => {
    const { client, one } = await before(t, ["anthropic"], { params: { one: { model: "anthropic/claude-sonnet-4-5" } } });
    const request = { ...WITH_TOOL, reasoning_effort: "low" };
    const { choices } = await client.chat.completions.create(request);
    const [call] = choices[0].message.tool_calls;
    const result = { role: "tool", tool_call_id: call.id, content: "sunny" };
    const answer = await client.chat.completions.create({ ...request, messages: [...request.messages, choices[0].message, result] });
    assert.equal(answer.choices[0].message.content, sentenceOf("one"));
    assert.equal(one.calls[1].body.messages[1].content[0].type, "thinking");
  });

  test("requests of three megabytes do not stay in the wasm memory", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [at("tests", "js", "support", "big.mjs")]);
    const [before, ...later] = JSON.parse(stdout);
    assert.equal(later.length, 4);
    for (const size of later) assert.ok(size - before <= 1024 * 1024, `${before}, then ${later.join(", ")}`);
  });
});

describe("the openai client before a stream that is gone on with", LIMIT, () => {
  for (const dialects of [...MIXED, ...DIALECTS.map((dialect) => [dialect, dialect])]) {
    for (const [name, [fault]] of Object.entries(lateFaults(dialects[0]))) {
      test(`${inWords(dialects)}: ${name}`, LIMIT, async (t) => {
        const config = { mid_stream: "continue", idle_timeout: 0.05 };
        const { client, one, two } = await before(t, dialects, { one: { faults: fault }, prefill: ["two"], config });
        const stream = client.chat.completions.stream({ ...CHAT, model: GROUP });
        let said = "";
        stream.on("content", (delta) => (said += delta));
        const { choices } = await stream.finalChatCompletion();
        assert.deepEqual(
          choices.map(({ message: { role, content }, finish_reason }) => [role, content, finish_reason]),
          [["assistant", sentenceOf("one"), "stop"]],
        );
        assert.equal(said, sentenceOf("one"));
        assert.deepEqual([one.calls.length, two.calls.length], [1, 1]);
      });
    }
  }
});

/** Whole streams of providers that give their answers no ids. */
const WITHOUT_IDS = {
  anthropic: [
    { type: "message_start", message: { type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 5, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
    { type: "message_stop" },
  ],
  gemini: [
    {
      candidates: [{ index: 0, content: { role: "model", parts: [{ text: "Hi" }] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
      modelVersion: "m",
    },
  ],
};

for (const [dialect, events] of Object.entries(WITHOUT_IDS)) {
  test(`an answer of ${dialect} without an id has one, without which the client takes no usage`, LIMIT, async (t) => {
    const { client } = await before(t, [dialect], { one: { faults: [{ events }] } });
    const asked = client.chat.completions.stream({ ...CHAT, stream_options: { include_usage: true } });
    const { id, usage, choices } = await asked.finalChatCompletion();
    assert.deepEqual([choices[0].message.content, usage.prompt_tokens, usage.completion_tokens], ["Hi", 5, 2]);
    assert.match(id, /^chatcmpl-\d+$/);
  });
}
