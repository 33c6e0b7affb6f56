/**
 * The official clients of Anthropic, new and old, unmodified: given the provider's `fetch`, and against a socket.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import AnthropicOld from "anthropic-old";
import { fakeProvider } from "../index.js";
import { MESSAGE } from "./dialects.js";
import { FACES, LIMIT, WEATHER } from "./support.js";

const CLIENTS = { "1.12.0": Anthropic, "0.137.0": AnthropicOld };
const TOOLS = [{ name: "weather", input_schema: WEATHER }];
const SENTENCE = "Hello from alpha every word here is made";

for (const [version, Client] of Object.entries(CLIENTS)) {
  for (const face of Object.keys(FACES)) {
    describe(`the client ${version} behind ${face}`, LIMIT, () => {
      const reach = async (t, options) => {
        const provider = fakeProvider({ name: "alpha", dialect: "anthropic", apiKey: "sk-a", ...options });
        const { base, fetch } = await FACES[face](provider, t);
        const client = new Client({ apiKey: "sk-a", authToken: null, baseURL: base, fetch, maxRetries: 0 });
        return { provider, client };
      };

      it("a message, and how it was asked for", async (t) => {
        const { provider, client } = await reach(t);
        const { data, request_id: id } = await client.messages.create(MESSAGE).withResponse();
        assert.equal(data.content[0].text, SENTENCE);
        assert.deepEqual([id, data._request_id, data.stop_reason], ["req_alpha_1", "req_alpha_1", "end_turn"]);
        const { headers } = provider.calls[0];
        const isOld = version.startsWith("0.");
        assert.equal(headers["anthropic-version"], isOld ? "2023-06-01" : "2026-10-21");
        assert.equal(isOld ? headers["x-api-key"] : headers.authorization, isOld ? "sk-a" : "Bearer sk-a");
      });

      it("a stream and its final message", async (t) => {
        const { client } = await reach(t);
        const stream = client.messages.stream(MESSAGE);
        let said = "";
        stream.on("text", (delta) => (said += delta));
        const { content, usage, stop_reason: reason } = await stream.finalMessage();
        assert.deepEqual([content[0].text, said, reason, usage.output_tokens], [SENTENCE, SENTENCE, "end_turn", 10]);
      });

      it("a stream through every harmless fault", async (t) => {
        const reply = "Žluťoučký kůň 馬 🐎";
        const fault = { splitUtf8: true, splitCrlf: true, comments: true, pings: true, hugeBody: 200_000 };
        const { client } = await reach(t, { reply, faults: fault });
        const { content } = await client.messages.stream(MESSAGE).finalMessage();
        assert.equal(content[0].text, reply);
      });

      it("tools, with thinking, and the turn after", async (t) => {
        const { client } = await reach(t);
        const request = { ...MESSAGE, tools: TOOLS, thinking: { type: "adaptive" } };
        const whole = await client.messages.create(request);
        const [thinking, use] = whole.content;
        assert.deepEqual([thinking.type, use.name, use.input], ["thinking", "weather", { city: "alpha", days: 3 }]);
        const { content, stop_reason: reason } = await client.messages.stream(request).finalMessage();
        assert.deepEqual([reason, content[0], content[1].input], ["tool_use", thinking, use.input]);
        const result = { type: "tool_result", tool_use_id: content[1].id, content: "sunny" };
        const messages = [...MESSAGE.messages, { role: "assistant", content }, { role: "user", content: [result] }];
        const last = await client.messages.create({ ...request, messages });
        assert.deepEqual([last.content.at(-1).text, last.stop_reason], [SENTENCE, "end_turn"]);
      });

      it("typed errors, and tries again where that helps", async (t) => {
        const { provider, client } = await reach(t);
        const failure = (status, options) => {
          provider.script({ status, headers: { "retry-after": "0" } });
          return client.messages.create(MESSAGE, options).then(assert.fail, (error) => error);
        };
        for (const [status, Class, type] of [
          [400, Client.BadRequestError, "invalid_request_error"],
          [401, Client.AuthenticationError, "authentication_error"],
          [403, Client.PermissionDeniedError, "permission_error"],
          [404, Client.NotFoundError, "not_found_error"],
          [429, Client.RateLimitError, "rate_limit_error"],
          [500, Client.InternalServerError, "api_error"],
          [529, Client.InternalServerError, "overloaded_error"],
        ]) {
          const error = await failure(status);
          assert.ok(error instanceof Class, `${status}: ${error}`);
          assert.deepEqual([error.status, error.error.error.type, error.error.type], [status, type, "error"]);
          assert.equal(error.requestID, `req_alpha_${provider.calls.length}`);
        }
        const wrong = new Client({ apiKey: "sk-b", authToken: null, baseURL: "http://x.test", fetch: provider.fetch });
        await assert.rejects(wrong.messages.create(MESSAGE), Client.AuthenticationError);
        provider.reset();
        provider.script({ status: 529, headers: { "retry-after-ms": "1" } });
        assert.equal((await client.messages.create(MESSAGE, { maxRetries: 1 })).stop_reason, "end_turn");
        assert.equal(provider.calls.length, 2);
      });

      it("an error inside a stream, and a stream without an end", async (t) => {
        const { provider, client } = await reach(t);
        const seen = [];
        const read = async () => {
          for await (const event of await client.messages.create({ ...MESSAGE, stream: true })) seen.push(event.type);
        };
        provider.script({ errorEvent: { at: 5 } });
        const error = await read().then(assert.fail, (reason) => reason);
        assert.ok(error instanceof Client.APIError, String(error));
        assert.equal(error.type, "overloaded_error");
        assert.deepEqual(seen, ["message_start", "content_block_start", "content_block_delta", "content_block_delta"]);
        provider.script({ cut: { afterEvents: 5 } }, { unterminated: true });
        for (const _ of ["cut", "unterminated"]) {
          await assert.rejects(client.messages.stream(MESSAGE).finalMessage());
        }
      });

      it("counts and models", async (t) => {
        const { client } = await reach(t, { model: "claude-test" });
        const { max_tokens: _, ...countable } = MESSAGE;
        assert.ok((await client.messages.countTokens(countable)).input_tokens > 0);
        const models = [];
        for await (const { id } of client.models.list()) models.push(id);
        assert.deepEqual(models, ["claude-test"]);
        assert.equal((await client.models.retrieve("claude-test")).type, "model");
        await assert.rejects(client.models.retrieve("absent"), Client.NotFoundError);
      });
    });
  }
}
