/** The official client of OpenAI, unmodified: with the router as its fetch, and against a worker's address. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { at } from "../../scripts/project.mjs";
import { workerdWith } from "./pack.mjs";
import { CHAT, GROUP, all, deployment, fetchOf, rejection } from "./support/kit.js";
import { nodeKit } from "./support/suite.mjs";

const LIMIT = { timeout: 60_000 };

const TOOLS = [
  {
    type: "function",
    function: {
      name: "look_up",
      parameters: { type: "object", properties: { town: { type: "string" }, days: { type: "integer" } }, required: ["town"] },
    },
  },
];

const config = () => ({
  model_list: [
    deployment("one", { order: 1 }),
    deployment("two", { order: 2 }),
    deployment("three", { num_retries: 0 }, "lonely"),
  ],
  disable_cooldowns: true,
});

/** Each gives a client, and the providers behind it. */
const SETUPS = {
  async "with fetch: router.fetch"() {
    const kit = await nodeKit();
    const providers = ["one", "two", "three"].map((name) => kit.provider(name));
    const router = kit.router(config(), { fetch: fetchOf(...providers), seed: 1 });
    return { client: new OpenAI({ apiKey: "-", fetch: router.fetch }), providers, stop: () => kit.settled() };
  },
  async "against a worker's address"() {
    const kit = await nodeKit();
    const providers = ["one", "two", "three"].map((name) => kit.provider(name));
    const worker = await workerdWith(at("tests", "js", "workers", "gateway.js"), {
      bindings: { CONFIG: config() },
      outbound: fetchOf(...providers),
    });
    return { client: new OpenAI({ apiKey: "-", baseURL: `${worker.url}/v1` }), providers, stop: () => worker.stop() };
  },
};

for (const [name, setUp] of Object.entries(SETUPS)) {
  describe(`the openai client ${name}`, LIMIT, () => {
    let client;
    let one;
    let two;
    let three;
    let stop;
    before(
      async () =>
        ({
          client,
          providers: [one, two, three],
          stop,
        } = await setUp()),
    );
    after(() => stop?.());
    const reset = () => [one, two, three].forEach((provider) => provider.reset());

    test("a chat completion, and who gave it", async () => {
      reset();
      one.script({ status: 503 });
      const { data, response } = await client.chat.completions.create(CHAT).withResponse();
      assert.match(data.choices[0].message.content, /\btwo\b/);
      assert.equal(response.headers.get("x-switchman-model-used"), "openai/model-two");
      assert.equal(response.headers.get("x-switchman-attempted-retries"), "1");
      assert.equal(data._request_id, "req_two_1");
      assert.deepEqual([one.calls.length, two.calls.length], [1, 1]);
    });

    test("a streamed chat completion", async () => {
      reset();
      one.script({ cut: { afterEvents: 1 } });
      const chunks = await all(
        await client.chat.completions.create({ ...CHAT, stream: true, stream_options: { include_usage: true } }),
      );
      assert.match(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join(""), /\btwo\b/);
      assert.ok(chunks.at(-1).usage.total_tokens > 0);
    });

    test("chat.completions.stream() and its final completion", async () => {
      reset();
      const whole = await client.chat.completions.create(CHAT);
      reset();
      const stream = client.chat.completions.stream(CHAT);
      let said = "";
      stream.on("content", (delta) => (said += delta));
      const final = await stream.finalChatCompletion();
      assert.equal(final.choices[0].message.content, whole.choices[0].message.content);
      assert.equal(said, whole.choices[0].message.content);
      assert.equal(final.choices[0].finish_reason, "stop");
      assert.equal(final.id, whole.id);
    });

    test("tools, whole and streamed", async () => {
      reset();
      const request = { ...CHAT, tools: TOOLS };
      const whole = await client.chat.completions.create(request);
      const [call] = whole.choices[0].message.tool_calls;
      assert.equal(call.function.name, "look_up");
      const args = JSON.parse(call.function.arguments);
      assert.equal(typeof args.town, "string");
      reset();
      const final = await client.chat.completions.stream(request).finalChatCompletion();
      const [streamed] = final.choices[0].message.tool_calls;
      assert.equal(streamed.id, call.id);
      assert.deepEqual(JSON.parse(streamed.function.arguments), args);
      assert.equal(final.choices[0].finish_reason, "tool_calls");
    });

    test("tools that the client runs by itself, call and answer in turn", async () => {
      reset();
      const asked = [];
      const runner = client.chat.completions.runTools({
        ...CHAT,
        tools: [
          {
            type: "function",
            function: { ...TOOLS[0].function, parse: JSON.parse, function: (args) => (asked.push(args), "sunny") },
          },
        ],
      });
      assert.match(await runner.finalContent(), /\bone\b/);
      assert.equal(asked.length, 1);
      assert.equal(one.calls.length, 2);
    });

    test("embeddings arrive as base64 and are decoded", async () => {
      reset();
      const { data, usage } = await client.embeddings.create({ model: GROUP, input: ["a", "b"], dimensions: 16 });
      assert.equal(one.calls[0].body.encoding_format, "base64");
      assert.equal(data.length, 2);
      for (const { embedding } of data) {
        assert.equal(embedding.length, 16);
        assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-6);
      }
      assert.ok(usage.total_tokens > 0);
      const plain = await client.embeddings.create({ model: GROUP, input: "a", dimensions: 16, encoding_format: "float" });
      assert.deepEqual(plain.data[0].embedding.map(Math.fround), data[0].embedding.map(Math.fround));
    });

    test("a 429 is a RateLimitError, and the client does not try again what the router has tried", async () => {
      reset();
      three.setFaults({ status: 429, headers: { "retry-after": "1" } });
      const error = await rejection(client.chat.completions.create({ ...CHAT, model: "lonely" }, { maxRetries: 5 }));
      assert.ok(error instanceof OpenAI.RateLimitError, String(error));
      assert.equal(error.status, 429);
      assert.equal(error.code, "rate_limit_exceeded");
      assert.match(error.message, /Rate limit reached/);
      assert.equal(error.headers.get("x-should-retry"), "false");
      assert.equal(error.headers.get("retry-after"), "1");
      assert.equal(three.calls.length, 1);
      three.setFaults();
    });

    test("every error has its class", async () => {
      reset();
      const classes = {
        400: OpenAI.BadRequestError,
        401: OpenAI.AuthenticationError,
        403: OpenAI.PermissionDeniedError,
        404: OpenAI.NotFoundError,
        422: OpenAI.UnprocessableEntityError,
      };
      for (const [status, Class] of Object.entries(classes)) {
        reset();
        three.setFaults({ status: Number(status) });
        const error = await rejection(client.chat.completions.create({ ...CHAT, model: "lonely" }));
        assert.ok(error instanceof Class, `${status}: ${error}`);
        assert.equal(error.status, Number(status));
        three.setFaults();
      }
    });

    test("an unknown model is a NotFoundError", async () => {
      reset();
      const error = await rejection(client.chat.completions.create({ ...CHAT, model: "nobody" }));
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, "model_not_found");
      assert.deepEqual(
        [one, two, three].map(({ calls }) => calls.length),
        [0, 0, 0],
      );
    });

    test("an error inside a stream is an APIError", async () => {
      reset();
      one.script({ cut: { afterEvents: 4 } });
      const seen = [];
      const error = await rejection(
        (async () => {
          for await (const chunk of await client.chat.completions.create({ ...CHAT, stream: true })) seen.push(chunk);
        })(),
      );
      assert.ok(error instanceof OpenAI.APIError, String(error));
      assert.equal(seen.length, 4);
      // Between worker and test a broken body may arrive as one that ends too early.
      assert.match(error.code, /^(connection_error|bad_reply)$/);
    });

    test("leaving a stream ends it quietly, down to the provider", async () => {
      reset();
      one.script({ stall: { afterEvents: 4 } });
      const stream = await client.chat.completions.create({ ...CHAT, stream: true });
      let seen = 0;
      for await (const _ of stream) {
        seen += 1;
        // The last one before the silence: what comes in one piece here may come in two elsewhere.
        if (seen === 4) setImmediate(() => stream.controller.abort());
      }
      assert.equal(seen, 4);
      if (name.startsWith("with")) assert.ok(one.calls[0].aborted || one.calls[0].cancelled);
    });

    test("the list of models, and one of it", async () => {
      const models = await all(await client.models.list());
      assert.deepEqual(models.map(({ id }) => id).sort(), [GROUP, "lonely"].sort());
      assert.equal((await client.models.retrieve(GROUP)).id, GROUP);
      assert.ok((await rejection(client.models.retrieve("nobody"))) instanceof OpenAI.NotFoundError);
    });

    test("what the router does not serve is a 404 that says so", async () => {
      const error = await rejection(client.files.list());
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.match(error.message, /no such path/);
    });
  });
}
