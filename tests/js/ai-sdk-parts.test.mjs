/** What of a prompt of the AI SDK reaches the provider, and what of an answer becomes which part. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { at } from "../../scripts/project.mjs";
import { importPacked, workerdWith } from "./pack.mjs";
import { all, rejection } from "./support/kit.js";
import { nodeKit } from "./support/suite.mjs";

const LIMIT = { timeout: 60_000 };
const user = (...content) => ({ role: "user", content });
const text = (text, more) => ({ type: "text", text, ...more });
const bytes = (...list) => Uint8Array.from(list);

/** A model before one fake of OpenAI's shape. */
async function before(t, { faults, specification } = {}) {
  const kit = await nodeKit();
  const { createSwitchman } = await importPacked("switchman/ai-sdk");
  const { router, provider } = kit.single({ one: { faults } });
  t.after(() => kit.settled());
  const switchman = createSwitchman(router, { specification });
  return { provider, model: switchman("claude-fast"), sent: () => provider.calls.at(-1).body };
}

/** What is sent of a message, in the fourth version of the interface. */
const MESSAGES = {
  "a system prompt": [[{ role: "system", content: "Be brief." }], [{ role: "system", content: "Be brief." }]],
  "a text alone": [[user(text("Hi"))], [{ role: "user", content: "Hi" }]],
  "two texts": [[user(text("a"), text("b"))], [{ role: "user", content: [text("a"), text("b")] }]],
  "a cached prefix, in Anthropic's words": [
    [user(text("a", { providerOptions: { anthropic: { cacheControl: { type: "ephemeral" } } } }))],
    [{ role: "user", content: [text("a", { cache_control: { type: "ephemeral" } })] }],
  ],
  "a picture of which only the kind is known": [
    [user({ type: "file", mediaType: "image", data: { type: "data", data: bytes(0xff, 0xd8, 0xff, 0xe0) } })],
    [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/jpeg;base64,/9j/4A==" } }] }],
  ],
  "a picture by its address, with its detail": [
    [user({ type: "file", mediaType: "image/*", data: { type: "url", url: new URL("https://x.test/a.png") }, providerOptions: { switchman: { detail: "low" } } })],
    [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://x.test/a.png", detail: "low" } }] }],
  ],
  "a PDF": [
    [user({ type: "file", mediaType: "application/pdf", filename: "a.pdf", data: { type: "data", data: "JVBERi0=" } })],
    [{ role: "user", content: [{ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" } }] }],
  ],
  "sound": [
    [user({ type: "file", mediaType: "audio/mpeg", data: { type: "data", data: "AAAA" } })],
    [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "AAAA", format: "mp3" } }] }],
  ],
  "a text file": [
    [user(text("a"), { type: "file", mediaType: "text/plain", data: { type: "data", data: "w6k=" } })],
    [{ role: "user", content: [text("a"), text("é")] }],
  ],
  "a file that the provider has": [
    [user({ type: "file", mediaType: "application/pdf", data: { type: "reference", reference: { switchman: "file-1" } } })],
    [{ role: "user", content: [{ type: "file", file: { file_id: "file-1" } }] }],
  ],
  "calls and their results": [
    [
      { role: "assistant", content: [text("Let me see."), { type: "tool-call", toolCallId: "c1", toolName: "look", input: { a: 1 } }] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "c1", toolName: "look", output: { type: "json", value: { b: 2 } } }] },
    ],
    [
      { role: "assistant", content: "Let me see.", tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"a":1}' } }] },
      { role: "tool", tool_call_id: "c1", content: '{"b":2}' },
    ],
  ],
  "what a provider adds to a call goes back to it": [
    [{ role: "assistant", content: [{ type: "tool-call", toolCallId: "c1", toolName: "look", input: {}, providerOptions: { switchman: { extra_content: { a: 1 } } } }] }],
    [{ role: "assistant", content: null, tool_calls: [{ extra_content: { a: 1 }, id: "c1", type: "function", function: { name: "look", arguments: "{}" } }] }],
  ],
  "a call that was denied": [
    [{ role: "tool", content: [{ type: "tool-result", toolCallId: "c1", toolName: "look", output: { type: "execution-denied", reason: "no" } }] }],
    [{ role: "tool", tool_call_id: "c1", content: "no" }],
  ],
  "thoughts with and without a signature": [
    [{ role: "assistant", content: [
      { type: "reasoning", text: "a", providerOptions: { switchman: { thinking_block: { type: "thinking", signature: "s" } } } },
      { type: "reasoning", text: "b" },
      text("c"),
    ] }],
    [{ role: "assistant", content: "c", reasoning_content: "ab", thinking_blocks: [{ type: "thinking", signature: "s", thinking: "a" }] }],
  ],
};

describe("a prompt of the AI SDK", LIMIT, () => {
  for (const [name, [prompt, messages]] of Object.entries(MESSAGES)) {
    test(name, async (t) => {
      // An answer that is ready: the fake would refuse what is a piece of a conversation.
      const { model, sent } = await before(t, { faults: { body: completion({ content: "a" }, "stop") } });
      const { request } = await model.doGenerate({ prompt });
      assert.deepEqual(request.body.messages, messages);
      assert.deepEqual(sent().messages, messages);
    });
  }

  test("a picture that a tool shows stands behind the results, and a warning says so", async (t) => {
    const { model } = await before(t);
    const picture = { type: "file", mediaType: "image/png", data: { type: "data", data: "iVBORw0KGgo=" } };
    const result = (id, ...value) => ({ type: "tool-result", toolCallId: id, toolName: "look", output: { type: "content", value } });
    const call = (id) => ({ type: "tool-call", toolCallId: id, toolName: "look", input: {} });
    const prompt = [
      user(text("?")),
      { role: "assistant", content: [call("c1"), call("c2")] },
      { role: "tool", content: [result("c1", text("a"), picture), result("c2", text("b"))] },
    ];
    const { warnings, request } = await model.doGenerate({ prompt });
    assert.deepEqual(request.body.messages.map(({ role }) => role), ["user", "assistant", "tool", "tool", "user"]);
    assert.equal(request.body.messages.at(-1).content[0].image_url.url, "data:image/png;base64,iVBORw0KGgo=");
    assert.equal(request.body.messages[3].content, "b");
    assert.deepEqual(warnings.map(({ type }) => type), ["compatibility"]);
  });

  test("settings have OpenAI's names", async (t) => {
    const { model, sent } = await before(t);
    const { warnings } = await model.doGenerate({
      prompt: [user(text("?"))],
      maxOutputTokens: 9, temperature: 0.5, topP: 0.9, topK: 3, presencePenalty: 0.1, frequencyPenalty: 0.2, stopSequences: ["x"], seed: 7,
      reasoning: "low",
      responseFormat: { type: "json", schema: { type: "object" }, name: "reply", description: "A reply" },
      tools: [
        { type: "function", name: "look", description: "Looks", inputSchema: { type: "object" }, strict: true },
        { type: "provider", id: "openai.web_search", name: "search", args: {} },
      ],
      toolChoice: { type: "tool", toolName: "look" },
      providerOptions: { switchman: { verbosity: "low", strictJsonSchema: false }, openai: { user: "nobody" } },
    });
    const { model: _, messages, ...settings } = sent();
    assert.deepEqual(settings, {
      max_completion_tokens: 9, temperature: 0.5, top_p: 0.9, presence_penalty: 0.1, frequency_penalty: 0.2, stop: ["x"], seed: 7,
      reasoning_effort: "low",
      response_format: { type: "json_schema", json_schema: { name: "reply", schema: { type: "object" }, strict: false, description: "A reply" } },
      tools: [{ type: "function", function: { name: "look", parameters: { type: "object" }, description: "Looks", strict: true } }],
      tool_choice: { type: "function", function: { name: "look" } },
      verbosity: "low",
    });
    assert.deepEqual(warnings.map(({ type, feature }) => [type, feature]), [["unsupported", "topK"], ["unsupported", "the provider's own tool openai.web_search"]]);
  });

  test("what a chat completion has no place for is refused before anything is sent", async (t) => {
    const { model, provider } = await before(t);
    for (const part of [
      { type: "file", mediaType: "video/mp4", data: { type: "url", url: new URL("https://x.test/a.mp4") } },
      { type: "file", mediaType: "audio/flac", data: { type: "data", data: "AAAA" } },
      { type: "file", mediaType: "application/pdf", data: { type: "reference", reference: { openai: "file-1" } } },
    ]) {
      const error = await rejection(model.doGenerate({ prompt: [user(part)] }));
      assert.equal(error.name, "AI_UnsupportedFunctionalityError");
    }
    assert.equal(provider.calls.length, 0);
  });
});

const completion = (message, finish_reason, more) => ({
  id: "c", object: "chat.completion", created: 1, model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: null, ...message }, finish_reason, ...more }],
  usage: { prompt_tokens: 10, completion_tokens: 6, total_tokens: 16, prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 2 } },
});
const chunk = (delta, finish_reason = null) => ({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] });
const SOURCE = { type: "source", sourceType: "url", id: "c-0", url: "https://x.test/", title: "X" };
const CITED = [{ type: "url_citation", url_citation: { url: "https://x.test/", title: "X", start_index: 0, end_index: 1 } }];

describe("an answer for the AI SDK", LIMIT, () => {
  const told = {
    "length": [{ content: "a" }, "length", [text("a")], "length"],
    "a filter": [{ content: "a" }, "content_filter", [text("a")], "content-filter"],
    "an unknown reason": [{ content: "a" }, "tired", [text("a")], "other"],
    "a refusal": [{ refusal: "no" }, "stop", [text("no")], "content-filter"],
    "thoughts without a block": [{ reasoning: "hm", content: "a" }, "stop", [{ type: "reasoning", text: "hm" }, text("a")], "stop"],
    "a call without arguments, and what is added to it": [
      { tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: "" }, extra_content: { a: 1 } }] },
      "tool_calls",
      [{ type: "tool-call", toolCallId: "c1", toolName: "look", input: "{}", providerMetadata: { switchman: { extra_content: { a: 1 } } } }],
      "tool-calls",
    ],
    "what was cited": [
      { content: "a", annotations: CITED },
      "stop",
      [text("a", { citations: [{ source: SOURCE, startIndex: 0, endIndex: 1 }] }), SOURCE],
      "stop",
    ],
    "a picture": [
      { images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
      "stop",
      [{ type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } }],
      "stop",
    ],
  };
  for (const [name, [message, reason, content, unified]] of Object.entries(told)) {
    test(name, async (t) => {
      const { model } = await before(t, { faults: { body: completion(message, reason) } });
      const result = await model.doGenerate({ prompt: [user(text("?"))] });
      assert.deepEqual(result.content, content);
      assert.deepEqual(result.finishReason, { unified, raw: reason });
    });
  }

  test("usage, with what was cached and what was thought", async (t) => {
    const { model } = await before(t, { faults: { body: completion({ content: "a" }, "stop", { logprobs: { content: [] } }) } });
    const { usage, providerMetadata } = await model.doGenerate({ prompt: [user(text("?"))] });
    const { raw, ...counted } = usage;
    assert.deepEqual(counted, {
      inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: 0 },
      outputTokens: { total: 6, text: 4, reasoning: 2 },
    });
    assert.equal(raw.total_tokens, 16);
    assert.deepEqual(providerMetadata.switchman.logprobs, { content: [] });
  });

  test("a stream of everything", async (t) => {
    const events = [
      chunk({ role: "assistant", content: "" }),
      chunk({ reasoning_content: "hm" }),
      chunk({ thinking_blocks: [{ type: "thinking", thinking: "hm", signature: "s" }] }),
      chunk({ content: "a" }),
      chunk({ content: "b" }),
      chunk({ annotations: CITED }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }),
      chunk({ tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "look", arguments: ":1" } }] }),
      chunk({ tool_calls: [{ index: 1, type: "function", function: { name: "hear", arguments: "" } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: "}" } }] }),
      chunk({}, "tool_calls"),
      "[DONE]",
    ];
    const { model } = await before(t, { faults: { events } });
    const { stream } = await model.doStream({ prompt: [user(text("?"))] });
    const parts = await all(stream);
    const { usage, providerMetadata, ...finish } = parts.pop();
    assert.deepEqual(finish, { type: "finish", finishReason: { unified: "tool-calls", raw: "tool_calls" } });
    const source = { ...SOURCE, id: "c-0-0" };
    assert.deepEqual(parts, [
      { type: "stream-start", warnings: [] },
      { type: "response-metadata", id: "c", modelId: "m", timestamp: new Date(1_000) },
      { type: "reasoning-start", id: "reasoning-0" },
      { type: "reasoning-delta", id: "reasoning-0", delta: "hm" },
      { type: "reasoning-end", id: "reasoning-0", providerMetadata: { switchman: { thinking_block: { type: "thinking", signature: "s" } } } },
      { type: "text-start", id: "text-1" },
      { type: "text-delta", id: "text-1", delta: "a" },
      { type: "text-delta", id: "text-1", delta: "b" },
      source,
      { type: "text-end", id: "text-1", citations: [{ source, startIndex: 0, endIndex: 1 }] },
      { type: "tool-input-start", id: "c1", toolName: "look" },
      { type: "tool-input-delta", id: "c1", delta: '{"a":1' },
      { type: "tool-input-start", id: "c-1", toolName: "hear" },
      { type: "tool-input-delta", id: "c1", delta: "}" },
      { type: "tool-input-end", id: "c1" },
      { type: "tool-call", toolCallId: "c1", toolName: "look", input: '{"a":1}' },
      { type: "tool-input-end", id: "c-1" },
      { type: "tool-call", toolCallId: "c-1", toolName: "hear", input: "{}" },
    ]);
  });

  test("a call that was cut off is never told as whole", async (t) => {
    const events = [chunk({ tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "look", arguments: "{}" } }] })];
    const { model } = await before(t, { faults: { events } });
    const { stream } = await model.doStream({ prompt: [user(text("?"))] });
    const parts = [];
    const error = await rejection((async () => {
      for await (const part of stream) parts.push(part.type);
    })());
    assert.equal(error.name, "AI_APICallError");
    assert.ok(!parts.includes("tool-call"));
    assert.deepEqual(parts.slice(-2), ["error", "finish"]);
  });

  test("raw chunks, where they are asked for", async (t) => {
    const { model } = await before(t);
    const { stream } = await model.doStream({ prompt: [user(text("?"))], includeRawChunks: true });
    const raw = (await all(stream)).filter(({ type }) => type === "raw");
    assert.equal(raw[0].rawValue.object, "chat.completion.chunk");
  });
});

describe("the third version of the interface", LIMIT, () => {
  test("files are bare bytes, base64 or addresses, both ways", async (t) => {
    const body = completion({ images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] }, "stop");
    const { model, sent } = await before(t, { specification: "v3", faults: { body } });
    assert.equal(model.specificationVersion, "v3");
    const file = (data) => ({ type: "file", mediaType: "image/png", data });
    const { content } = await model.doGenerate({ prompt: [user(file(bytes(0, 0, 0)), file("AAAA"), file(new URL("https://x.test/a.png")))] });
    const urls = sent().messages[0].content.map(({ image_url }) => image_url.url);
    assert.deepEqual(urls, ["data:image/png;base64,AAAA", "data:image/png;base64,AAAA", "https://x.test/a.png"]);
    assert.deepEqual(content, [{ type: "file", mediaType: "image/png", data: "AAAA" }]);
  });
});

test("an agent in a Worker, whose answer is streamed to the caller", LIMIT, async (t) => {
  const kit = await nodeKit();
  const provider = kit.provider("one");
  const model_list = [{ model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-one" } }];
  const worker = await workerdWith(at("tests", "js", "workers", "ai-sdk.js"), { bindings: { CONFIG: { model_list } }, outbound: provider.fetch });
  t.after(() => worker.stop());
  const response = await worker.fetch("/chat", { method: "POST", body: "How is the weather?" });
  const events = (await response.text()).split("\n\n").filter(Boolean).map((event) => event.slice("data: ".length));
  assert.equal(events.pop(), "[DONE]");
  const parts = events.map((event) => JSON.parse(event));
  assert.ok(parts.some(({ type, output }) => type === "tool-output-available" && output === "sunny in one"), events.join("\n"));
  assert.equal(parts.map(({ type, delta }) => (type === "text-delta" ? delta : "")).join(""), "Hello from one every word here is made");
  assert.equal(provider.calls.length, 2);
});
