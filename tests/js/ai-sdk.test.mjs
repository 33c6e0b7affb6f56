/** The AI SDK, unmodified, with the router's groups for models: before every dialect, and where things go wrong. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { APICallError, embedMany, generateObject, generateText, isStepCount, jsonSchema, NoSuchModelError, Output, streamText, tool } from "ai";
import { QUIET } from "./cases/stream-drip.js";
import { importPacked } from "./pack.mjs";
import { DIALECTS, inWords } from "./support/dialects.js";
import { turn } from "./support/giving-up.js";
import { GROUP, all, rejection } from "./support/kit.js";
import { mixed, sentenceOf } from "./support/mixed.js";
import { nodeKit } from "./support/suite.mjs";

const LIMIT = { timeout: 60_000 };
const PNG = "iVBORw0KGgo=";

const TOWN = jsonSchema({ type: "object", properties: { town: { type: "string" } }, required: ["town"], additionalProperties: false });
const REPLY = jsonSchema({ type: "object", properties: { reply: { type: "string" } }, required: ["reply"], additionalProperties: false });

/** A tool that the fakes call at once, and what it was called with. */
function lookUp() {
  const asked = [];
  const look_up = tool({ description: "The weather", inputSchema: TOWN, execute: (input) => (asked.push(input), { sky: "sunny" }) });
  return { asked, tools: { look_up } };
}

/** Models before a router with these deployments; after the test nothing may be left of a call. */
async function before(t, dialects, options) {
  const kit = await nodeKit();
  const { createSwitchman } = await importPacked("switchman/ai-sdk");
  const made = mixed(kit, dialects, options);
  t.after(() => kit.settled());
  const switchman = createSwitchman(made.router, options?.settings);
  return { ...made, kit, switchman, model: switchman(GROUP) };
}

test("the AI SDK is told how much of a cost is an estimate", LIMIT, async (t) => {
  const rates = { input_cost_per_token: 1, output_cost_per_token: 10 };
  const { model } = await before(t, ["openai", "openai"], { params: { one: rates, two: rates }, one: { faults: [{ stall: "head" }] }, config: { hedging: { after_ms: 5 } } });
  const { usage, providerMetadata: { switchman } } = await generateText({ model, prompt: "Hello" });
  const { response_cost, estimated_cost, attempts, usage_source } = switchman;
  assert.deepEqual([response_cost, estimated_cost], [2 * usage.inputTokens + 10 * usage.outputTokens, usage.inputTokens]);
  assert.deepEqual(attempts.map(({ cost_estimated }) => cost_estimated), [true, false]);
  assert.equal(usage_source, "provider");
});

for (const dialect of DIALECTS) {
  describe(`the AI SDK before ${inWords([dialect])}`, LIMIT, () => {
    test("a text, its usage, and how it came about", async (t) => {
      const { model } = await before(t, [dialect]);
      const { text, finishReason, usage, providerMetadata, response, warnings } = await generateText({ model, prompt: "Hello" });
      assert.deepEqual([text, finishReason, warnings], [sentenceOf("one"), "stop", []]);
      assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
      assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
      const { switchman } = providerMetadata;
      assert.match(switchman.model_used, new RegExp(`^${dialect}/`));
      assert.deepEqual(switchman.attempts.map(({ deployment, status }) => [deployment, status]), [["one", 200]]);
      assert.ok("response_cost" in switchman);
      assert.equal(structuredClone(switchman).model_group, GROUP);
      assert.ok(response.timestamp instanceof Date && response.id);
    });

    test("a stream: the same text, the same usage, and each word when it comes", async (t) => {
      const { model, one } = await before(t, [dialect]);
      const whole = await generateText({ model, prompt: "Hello" });
      one.reset();
      one.setFaults({ drip: true });
      const { textStream, usage, providerMetadata, finishReason } = streamText({ model, prompt: "Hello" });
      const reading = textStream[Symbol.asyncIterator]();
      const first = reading.next();
      await one.when(({ calls }) => calls.length === 1);
      await turn();
      one.release(QUIET[dialect]);
      const words = [(await first).value];
      // An event goes on when the word before it has been read.
      while (words.length < 8) {
        one.release();
        words.push((await reading.next()).value);
      }
      one.release(Infinity);
      assert.equal((await reading.next()).done, true);
      assert.equal(words.join(""), sentenceOf("one"));
      assert.deepEqual([(await usage).inputTokens, (await usage).outputTokens], [whole.usage.inputTokens, whole.usage.outputTokens]);
      assert.equal((await providerMetadata).switchman.usage_source, "provider");
      assert.equal(await finishReason, "stop");
    });

    for (const way of ["whole", "streamed"]) {
      test(`a tool: its call, its result, the answer; ${way}`, async (t) => {
        const { model, one } = await before(t, [dialect]);
        const { asked, tools } = lookUp();
        const ask = { model, tools, prompt: "How is the weather?", stopWhen: isStepCount(3) };
        const result = way === "whole" ? await generateText(ask) : streamText(ask);
        const steps = await result.steps;
        assert.equal(await result.text, sentenceOf("one"));
        assert.deepEqual(steps.map(({ finishReason }) => finishReason), ["tool-calls", "stop"]);
        assert.deepEqual(asked, [{ town: "one" }]);
        const [{ toolCalls }] = steps;
        assert.deepEqual(toolCalls.map(({ toolName, input }) => [toolName, input]), [["look_up", { town: "one" }]]);
        assert.ok(!one.calls[0].text.includes("sunny") && one.calls[1].text.includes("sunny"));
      });

      test(`an object of a schema; ${way}`, async (t) => {
        const { model } = await before(t, [dialect]);
        const output = Output.object({ schema: REPLY });
        const result = way === "whole" ? await generateText({ model, output, prompt: "Hello" }) : streamText({ model, output, prompt: "Hello" });
        assert.equal(typeof (await result.output).reply, "string");
      });
    }

    test("generateObject", async (t) => {
      const { model } = await before(t, [dialect]);
      const { object } = await generateObject({ model, schema: REPLY, prompt: "Hello" });
      assert.equal(typeof object.reply, "string");
    });

    test("pictures by their bytes", async (t) => {
      const { model, one } = await before(t, [dialect]);
      const data = Uint8Array.from(atob(PNG), (char) => char.charCodeAt(0));
      const image = { type: "file", mediaType: "image", data };
      await generateText({ model, messages: [{ role: "user", content: [{ type: "text", text: "What is this?" }, image] }] });
      assert.ok(one.calls[0].text.includes(PNG));
      assert.ok(one.calls[0].text.includes("image/png"));
    });

    test("an error is not tried again, and has its status", async (t) => {
      for (const [status, stream] of [[400, false], [401, false], [429, false], [429, true], [500, false], [500, true]]) {
        const { model, one } = await before(t, [dialect], { config: { num_retries: 0 }, one: { faults: { status } } });
        const told = [];
        const failed = await rejection(
          stream ? streamText({ model, prompt: "Hello", onError: ({ error }) => told.push(error) }).text : generateText({ model, prompt: "Hello" }),
        );
        // Of a stream that did not begin the AI SDK says only that there is none; who listens hears why.
        const [error] = stream ? told : [failed];
        assert.ok(APICallError.isInstance(error), `${status}: ${error}`);
        assert.deepEqual([error.isRetryable, error.statusCode, one.calls.length], [false, status, 1]);
        assert.deepEqual(error.data.switchman.attempts.map(({ deployment }) => deployment), ["one"]);
      }
    });

    test("a stream that breaks off fails, wherever one looks", async (t) => {
      const { model } = await before(t, [dialect], { one: { faults: { cut: { afterEvents: 6 } } } });
      const ask = () => streamText({ model, prompt: "Hello", onError() {} });
      assert.ok(APICallError.isInstance(await rejection(ask().text)));
      assert.ok(APICallError.isInstance(await rejection(all(ask().textStream))));
      const seen = [];
      await rejection((async () => {
        for await (const part of ask().fullStream) seen.push(part);
      })());
      assert.equal(seen.at(-1).type, "error");
      assert.equal(seen.at(-1).error.isRetryable, false);
      assert.ok(seen.some(({ type }) => type === "text-delta"));
    });

    test("leaving a call, whole or streamed, ends it down to the provider", async (t) => {
      for (const ask of [generateText, (options) => streamText({ ...options, onError() {} }).text]) {
        const { model, one } = await before(t, [dialect], { one: { faults: { stall: "head" } } });
        const leaving = new AbortController();
        const failing = rejection(ask({ model, prompt: "Hello", abortSignal: leaving.signal }));
        await one.when(({ open }) => open === 1);
        leaving.abort();
        await failing;
        assert.ok(one.calls[0].aborted);
      }
      const { model, one } = await before(t, [dialect], { one: { faults: { stall: { afterEvents: 6 } } } });
      const leaving = new AbortController();
      const parts = [];
      for await (const part of streamText({ model, prompt: "Hello", abortSignal: leaving.signal }).fullStream) {
        parts.push(part.type);
        if (part.type === "text-delta") leaving.abort();
      }
      assert.equal(parts.at(-1), "abort");
      assert.ok(one.calls[0].aborted || one.calls[0].cancelled);
    });
  });
}

describe("the AI SDK and the router", LIMIT, () => {
  test("the router tries elsewhere, and the answer tells it", async (t) => {
    const { model } = await before(t, ["openai", "anthropic"], { one: { faults: { status: 500 } } });
    const { text, providerMetadata } = await generateText({ model, prompt: "Hello" });
    assert.equal(text, sentenceOf("two"));
    const { attempts, attempted_retries } = providerMetadata.switchman;
    assert.deepEqual(attempts.map(({ deployment, status }) => [deployment, status]), [["one", 500], ["two", 200]]);
    assert.equal(attempted_retries, 1);
  });

  test("a name that leads nowhere is no model", async (t) => {
    const { switchman, one } = await before(t, ["openai"]);
    for (const ask of [() => generateText({ model: switchman("nobody"), prompt: "Hello" }), () => embedMany({ model: switchman.embeddingModel("nobody"), values: ["a"] })]) {
      assert.ok(NoSuchModelError.isInstance(await rejection(ask())));
    }
    assert.throws(() => switchman(""), (error) => NoSuchModelError.isInstance(error));
    assert.throws(() => switchman.imageModel("image"), (error) => NoSuchModelError.isInstance(error));
    assert.equal(one.calls.length, 0);
  });

  test("what is no router, or no version of the interface, is refused", async () => {
    const { createSwitchman } = await importPacked("switchman/ai-sdk");
    assert.throws(() => createSwitchman({}), TypeError);
    const router = { completion() {}, embedding() {} };
    assert.throws(() => createSwitchman(router, { specification: "v2" }), TypeError);
  });

  test("embeddings keep their order, over several calls", async (t) => {
    const { switchman, one } = await before(t, ["openai"], { settings: { maxEmbeddingsPerCall: 2 } });
    const model = switchman.embeddingModel(GROUP);
    const values = ["a", "b", "c"];
    const { embeddings, usage } = await embedMany({ model, values, providerOptions: { switchman: { dimensions: 8 } } });
    const alone = await Promise.all(values.map(async (value) => (await embedMany({ model, values: [value], providerOptions: { switchman: { dimensions: 8 } } })).embeddings[0]));
    assert.deepEqual(embeddings, alone);
    assert.ok(embeddings.every((vector) => vector.length === 8));
    assert.ok(usage.tokens > 0);
    assert.deepEqual(one.calls.slice(0, 2).map(({ body }) => body.input.length).sort(), [1, 2]);
  });

  test("settings of the call steer the router, and parameters go to the provider", async (t) => {
    const { model, one } = await before(t, ["openai"], { one: { faults: { status: 500 } } });
    const options = { num_retries: 0, max_fallbacks: 0, verbosity: "low", explain: true };
    const error = await rejection(generateText({ model, prompt: "Hello", providerOptions: { switchman: options } }));
    assert.equal(one.calls.length, 1);
    assert.equal(one.calls[0].body.verbosity, "low");
    assert.ok(!("num_retries" in one.calls[0].body) && !("explain" in one.calls[0].body));
    assert.ok(error.data.switchman.decision);
  });

  test("thoughts come as parts, and go back with their signature", async (t) => {
    const { model, one } = await before(t, ["anthropic"], { params: { one: { model: "anthropic/claude-sonnet-4-5" } } });
    const { tools } = lookUp();
    for (const ask of [generateText, streamText]) {
      one.reset();
      const result = await ask({ model, tools, reasoning: "low", prompt: "How is the weather?", stopWhen: isStepCount(3) });
      const [first] = await result.steps;
      assert.match(first.reasoningText, /hear from one/);
      assert.equal(await result.text, sentenceOf("one"));
      assert.ok((await result.steps).at(-1).usage.outputTokenDetails.reasoningTokens > 0);
      const [thought] = one.calls[1].body.messages[1].content;
      assert.deepEqual([thought.type, thought.thinking], ["thinking", first.reasoningText]);
      assert.ok(thought.signature);
    }
  });

  test("a stream that begins anew elsewhere fails: the AI SDK cannot take a text back", async (t) => {
    const config = { mid_stream: "restart" };
    const { model, two } = await before(t, ["openai", "openai"], { one: { faults: { cut: { afterEvents: 4 } } }, config });
    const error = await rejection(streamText({ model, prompt: "Hello", onError() {} }).text);
    assert.match(error.message, /began anew elsewhere/);
    assert.equal(two.calls.length, 1);
  });

  test("a stream that is gone on with elsewhere is one text", async (t) => {
    const faults = { cut: { afterEvents: 4 } };
    const options = { one: { faults }, prefill: ["two"], config: { mid_stream: "continue" } };
    const { model } = await before(t, ["openai", "anthropic"], options);
    const { text, providerMetadata } = streamText({ model, prompt: "Hello" });
    assert.equal(await text, sentenceOf("one"));
    assert.equal((await providerMetadata).switchman.models_used.length, 2);
  });
});
