/**
 * Azure's shape, and what servers of OpenAI's API do in their own ways.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { azureFilteredPrompt, fakeProvider } from "../index.js";
import { CHAT, FACES, LIMIT, STREAM, TOOLS, contentOf, reach } from "./support.js";

/** The data of the events, comments left out. */
const eventsOf = (text) =>
  text
    .split("\n\n")
    .filter((block) => block.startsWith("data: "))
    .map((block) => block.slice("data: ".length));

const chunksOf = (text) => eventsOf(text).filter((data) => data !== "[DONE]").map((data) => JSON.parse(data));

/** The chunks and the answer of a provider with a quirk. */
async function bent(quirk, request = {}, options = {}) {
  const { fetch } = fakeProvider({ quirks: [quirk], ...options });
  const ask = async (body) => (await fetch("http://p.test/v1/chat/completions", { method: "POST", body: JSON.stringify(body) })).text();
  const text = await ask({ ...STREAM, ...request });
  return { text, chunks: chunksOf(text), answer: JSON.parse(await ask({ ...CHAT, ...request })) };
}

const deltas = (chunks) => chunks.flatMap(({ choices }) => choices).map(({ delta }) => delta);
const counted = { stream_options: { include_usage: true } };

describe("quirks", LIMIT, () => {
  it("reasoning in three forms", async () => {
    for (const name of ["reasoning", "reasoning_content"]) {
      const { chunks, answer } = await bent(name);
      assert.equal(deltas(chunks).map((delta) => delta[name] ?? "").join(""), "Let me think.");
      assert.equal(answer.choices[0].message[name], "Let me think.");
    }
    const { chunks, answer } = await bent("thinking_parts");
    assert.deepEqual(answer.choices[0].message.content.map(({ type }) => type), ["thinking", "text"]);
    assert.equal(deltas(chunks).filter(({ content }) => Array.isArray(content)).length, 2);
  });

  it("usage in four places", async () => {
    const every = (await bent("usage_in_every_chunk")).chunks.map(({ usage }) => usage.completion_tokens);
    assert.ok(every.every((count, index) => index === 0 || count >= every[index - 1]) && every.at(-1) > every[0]);
    const at = (chunks) => chunks.findIndex(({ choices }) => choices[0]?.finish_reason === "stop");
    for (const request of [{}, counted]) {
      const last = async (quirk) => {
        const { chunks } = await bent(quirk, request);
        assert.equal(at(chunks), chunks.length - 1);
        return chunks.at(-1);
      };
      assert.ok((await last("usage_with_choice")).usage.total_tokens > 0);
      assert.ok((await last("usage_in_choice")).choices[0].usage.total_tokens > 0);
      assert.ok((await last("x_groq")).x_groq.usage.total_tokens > 0);
    }
  });

  it("streams of another form", async () => {
    assert.equal(eventsOf((await bent("no_terminator")).text).includes("[DONE]"), false);
    assert.match((await bent("comments")).text, /^: OPENROUTER PROCESSING\n\ndata: /);
    assert.ok(deltas((await bent("role_in_every_chunk")).chunks).every(({ role }) => role === "assistant"));
    for (const [quirk, end] of [["eos", "eos"], ["content_filter", "content_filter"]]) {
      const { chunks, answer } = await bent(quirk);
      assert.equal(chunks.at(-1).choices[0].finish_reason, end);
      assert.equal(answer.choices[0].finish_reason, end);
    }
  });

  it("tool calls of another form", async () => {
    const calls = (chunks) => deltas(chunks).flatMap(({ tool_calls }) => tool_calls ?? []);
    const request = { tools: TOOLS };
    assert.ok(calls((await bent("no_tool_index", request)).chunks).every((call) => !("index" in call)));
    assert.ok(calls((await bent("no_tool_type", request)).chunks).every((call) => !("type" in call)));
    const { chunks, answer } = await bent("object_arguments", request);
    const [call, ...more] = calls(chunks);
    assert.equal(more.length, 0);
    assert.deepEqual(call.function.arguments, answer.choices[0].message.tool_calls[0].function.arguments);
    assert.equal(typeof call.function.arguments.city, "string");
  });

  it("members that are not known", async () => {
    const { fetch } = fakeProvider({ refuses: ["seed"] });
    const response = await fetch("http://p.test/v1/chat/completions", { method: "POST", body: JSON.stringify({ ...CHAT, seed: 1 }) });
    assert.deepEqual([response.status, (await response.json()).error.param], [400, "seed"]);
  });

  it("one that there is not", () => {
    assert.throws(() => fakeProvider({ quirks: [/** @type {any} */ ("polite")] }), /unknown quirk "polite"; known: reasoning, /);
  });
});

for (const face of Object.keys(FACES)) {
  describe(`Azure behind ${face}`, LIMIT, () => {
    const DATED = "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21";

    it("serves both styles of addresses", async (t) => {
      const { send, provider } = await reach(face, t, { dialect: "azure" });
      const dated = await send(DATED, CHAT);
      assert.ok(dated.headers.get("apim-request-id") && dated.headers.get("x-ms-region"));
      const answer = await dated.json();
      assert.equal(answer.model, "my gpt");
      assert.equal(answer.prompt_filter_results[0].content_filter_results.violence.severity, "safe");
      assert.equal(answer.choices[0].content_filter_results.hate.filtered, false);
      assert.equal((await (await send("/openai/v1/chat/completions", CHAT)).json()).model, CHAT.model);
      const vectors = await send("/openai/deployments/e/embeddings?api-version=2024-10-21", { input: "a", dimensions: 2 });
      assert.equal((await vectors.json()).data[0].embedding.length, 2);
      assert.deepEqual(provider.calls.map(({ status }) => status), [200, 200, 200]);
      for (const wrong of ["/openai/deployments/d/chat/completions", "/v1/chat/completions", `${DATED}x`]) {
        const response = await send(wrong, CHAT);
        assert.deepEqual([response.status, (await response.json()).error.message], [404, "Resource not found"]);
      }
    });

    it("tells first what its filters say of the prompt", async (t) => {
      const { send } = await reach(face, t, { dialect: "azure", reply: "Four." });
      const text = await (await send(DATED, STREAM)).text();
      const [first, ...chunks] = chunksOf(text);
      assert.deepEqual([first.choices, first.model, first.prompt_filter_results.length], [[], "", 1]);
      assert.equal(contentOf(chunks), "Four.");
      assert.ok(chunks.some(({ choices }) => choices[0]?.content_filter_results));
      assert.equal(eventsOf(text).at(-1), "[DONE]");
    });

    it("takes a key as `api-key`, or a token", async (t) => {
      const { send } = await reach(face, t, { dialect: "azure", apiKey: "k" });
      for (const headers of [{ "api-key": "k" }, { authorization: "Bearer k" }]) {
        assert.equal((await send(DATED, CHAT, { headers })).status, 200);
      }
      const refused = await send(DATED, CHAT, { headers: { "api-key": "other" } });
      assert.deepEqual([refused.status, (await refused.json()).error.code], [401, "401"]);
    });

    it("refuses a prompt, with its reasons", async (t) => {
      const { send, provider } = await reach(face, t, { dialect: "azure" });
      provider.script({ status: 400, body: azureFilteredPrompt() }, { status: 429 });
      const refused = await (await send(DATED, CHAT)).json();
      assert.deepEqual([refused.error.code, refused.error.innererror.code], ["content_filter", "ResponsibleAIPolicyViolation"]);
      assert.equal((await (await send(DATED, CHAT)).json()).error.code, "RateLimitReached");
    });
  });
}
