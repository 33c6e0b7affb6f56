/**
 * aimock as the provider: a server of others, in the shapes of several providers, which can be told to fail. Whatever it does,
 * a call ends with the right answer or with an error of a class; never with a piece of an answer.
 */

import assert from "node:assert/strict";
import { QUESTION, REPLY, RESULT, TOOL } from "./cases.mjs";
import { AIMOCK } from "./dialects.mjs";
import { load } from "./installed.mjs";

const TEXT = "An answer of several words, which come one after another.";
const CUT = "Say it in pieces.";
const OBJECT = { reply: "yes" };
const GROUP = "group";

const said = (content) => ({ model: GROUP, messages: [{ role: "user", content }] });
const whole = async (router, request) => (await router.completion(request)).choices[0].message;
const streamed = async (router, request) => {
  const completion = await (await router.completion({ ...request, stream: true })).final();
  return completion.choices[0].message;
};

/** What a call came to: its text, or the class of its error. */
const outcome = (promise) =>
  promise.then(
    ({ content }) => content,
    (error) => {
      assert.equal(typeof error.status, "number", String(error?.stack));
      assert.ok(error.attempts.length > 0);
      return error.name;
    },
  );

/** A tool is called, its result goes back, the answer comes. */
async function round(router, ask) {
  const request = { ...said(QUESTION), tools: [{ type: "function", function: TOOL }] };
  const message = await ask(router, request);
  const [call] = message.tool_calls;
  assert.deepEqual([call.type, call.function.name, JSON.parse(call.function.arguments)], ["function", TOOL.name, { town: "Oslo" }]);
  const result = { role: "tool", tool_call_id: call.id, content: RESULT };
  const { content } = await ask(router, { ...request, messages: [...request.messages, message, result] });
  assert.equal(content, TEXT);
}

/** Every send fails in one way: whole and streamed it is that error. */
const failing = (chaos, Class) => async (router, mock) => {
  mock.setChaos(chaos);
  for (const ask of [whole, streamed]) assert.equal(await outcome(ask(router, said("Hello"))), Class);
};

const response_format = { type: "json_schema", json_schema: { name: "reply", strict: true, schema: REPLY } };

/** @type {Record<string, (router: any, mock: any) => Promise<void>>} */
export const CASES = {
  chat: async (router) => assert.equal((await whole(router, said("Hello"))).content, TEXT),
  stream: async (router) => assert.equal((await streamed(router, said("Hello"))).content, TEXT),
  tools: (router) => round(router, whole),
  "streamed tools": (router) => round(router, streamed),
  async object(router) {
    for (const ask of [whole, streamed]) {
      const { content } = await ask(router, { ...said("Shape it."), response_format });
      assert.deepEqual(JSON.parse(content), OBJECT);
    }
  },
  "a 500": failing({ dropRate: 1 }, "InternalServerError"),
  "a 429": failing({ rateLimitRate: 1 }, "RateLimitError"),
  malformed: failing({ malformedRate: 1 }, "APIError"),
  disconnect: failing({ disconnectRate: 1 }, "APIConnectionError"),
  async "cut stream"(router) {
    const pieces = [];
    const error = await (async () => {
      for await (const { choices } of await router.completion({ ...said(CUT), stream: true })) pieces.push(choices[0]?.delta.content ?? "");
    })().then(() => undefined, (thrown) => thrown);
    assert.ok(pieces.join("").length > 0, "nothing came of it");
    assert.ok(["APIError", "APIConnectionError"].includes(error?.name), `a piece was taken for the whole: ${pieces.join("")}`);
  },
  /** Every third send fails, in any of the ways; most calls are answered all the same, by another try. */
  async chaos(router, mock) {
    mock.setChaos({ dropRate: 0.1, malformedRate: 0.1, rateLimitRate: 0.1, disconnectRate: 0.1 });
    const asked = Array.from({ length: 60 }, (_, n) => (n % 2 ? whole : streamed)(router, { ...said("Hello"), num_retries: 3 }));
    const came = await Promise.all(asked.map(outcome));
    const classes = ["InternalServerError", "RateLimitError", "APIError", "APIConnectionError"];
    assert.deepEqual(came.filter((one) => one !== TEXT && !classes.includes(one)), []);
    // Fewer than 50 of 60 would be a miracle: a call fails with four failed sends, one time in seventy.
    assert.ok(came.filter((one) => one === TEXT).length >= 50, came.join(" "));
    assert.ok(mock.getRequests().length > 60);
  },
};

/**
 * @param {import("./table.mjs").Table} table
 * @param {(name: string) => boolean} isWanted
 */
export async function aimock(table, isWanted) {
  const { LLMock } = await load("@copilotkit/aimock");
  const { importPacked } = await import("../../tests/js/pack.mjs");
  const { ConfigError, Router } = await importPacked();
  const mock = new LLMock({ port: 0, logLevel: "silent" });
  mock.on({ userMessage: QUESTION, hasToolResult: false }, { toolCalls: [{ name: TOOL.name, arguments: '{"town":"Oslo"}' }] });
  mock.on({ userMessage: QUESTION, hasToolResult: true }, { content: TEXT });
  // With a wait between the pieces: without one it closes the connection before any of them has left.
  mock.on({ userMessage: CUT }, { content: TEXT }, { truncateAfterChunks: 5, chunkSize: 8, latency: 5 });
  mock.onMessage("Shape it.", { content: JSON.stringify(OBJECT) });
  mock.onMessage("Hello", { content: TEXT });
  await mock.start();
  try {
    for (const [dialect, { model, base, params }] of Object.entries(AIMOCK)) {
      if (!isWanted(`aimock objects ${dialect}`)) continue;
      const litellm_params = { model, api_key: "sk-aimock", api_base: `${mock.url}${base}`, ...params };
      // As many as a call makes sends: another try goes elsewhere, and at once.
      const model_list = ["one", "two", "three", "four"].map((id) => ({ model_name: GROUP, litellm_params, model_info: { id } }));
      let router;
      let why;
      try {
        router = new Router({ model_list, num_retries: 0, disable_cooldowns: true });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        why = error.problems[0].message;
      }
      const run = async (name) => {
        mock.clearChaos();
        mock.clearRequests();
        await CASES[name](router, mock);
      };
      await table.row(["aimock", "objects", dialect], run, why);
    }
  } finally {
    await mock.stop();
  }
}
