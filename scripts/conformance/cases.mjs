/** What is asked of every client: the same questions, and answers that do not depend on who asks. */

import assert from "node:assert/strict";
import { SENTENCE, STATUSES } from "./upstreams.mjs";

/** A question that makes the fakes call the tool, and the tool. */
export const QUESTION = "How is the weather?";
export const TOOL = {
  name: "look_up",
  description: "The weather of a town",
  parameters: { type: "object", properties: { town: { type: "string" } }, required: ["town"], additionalProperties: false },
};
export const RESULT = "sunny";
export const REPLY = { type: "object", properties: { reply: { type: "string" } }, required: ["reply"], additionalProperties: false };

/**
 * What a client can do, by the name of a group.
 * @typedef {object} Client
 * @property {(group: string) => Promise<string>} chat the text
 * @property {(group: string) => Promise<{ pieces: string[], error?: string }>} stream the text, in the pieces that came, and what it failed of
 * @property {(group: string) => Promise<Round>} tools a call, its result, the answer
 * @property {(group: string) => Promise<Round>} streamedTools
 * @property {(group: string) => Promise<object>} object by a schema
 * @property {(group: string) => Promise<{ status?: number, isTyped: boolean, told: string }>} error what it throws
 * @property {() => unknown} [close]
 * @typedef {{ calls: { name: string, input: unknown }[], text: string }} Round
 */

function checkRound({ calls, text }, group) {
  assert.deepEqual(calls, [{ name: TOOL.name, input: { town: group } }]);
  assert.equal(text, SENTENCE(group));
}

/** @type {Record<string, (client: Client, group: string, providers: Record<string, any>) => Promise<void>>} */
export const CASES = {
  chat: async (client, group) => assert.equal(await client.chat(group), SENTENCE(group)),
  async stream(client, group) {
    const { pieces, error } = await client.stream(group);
    assert.equal(error, undefined);
    assert.equal(pieces.join(""), SENTENCE(group));
    assert.ok(pieces.length >= 8, `it came in ${pieces.length} pieces`);
  },
  tools: async (client, group) => checkRound(await client.tools(group), group),
  "streamed tools": async (client, group) => checkRound(await client.streamedTools(group), group),
  async object(client, group) {
    const { reply, ...rest } = await client.object(group);
    assert.deepEqual([typeof reply, rest], ["string", {}]);
  },
  async errors(client, group, providers) {
    for (const status of STATUSES) {
      const provider = providers[`${group}-${status}`];
      provider.reset();
      const { status: seen, isTyped, told } = await client.error(`${group}-${status}`);
      assert.ok(isTyped, `${status}: ${told}`);
      assert.equal(seen, status, told);
      assert.equal(provider.calls.length, 1, `${status}: the client tried again`);
    }
  },
  async "broken stream"(client, group) {
    const { pieces, error } = await client.stream(`${group}-broken`);
    assert.ok(pieces.length >= 1, `nothing came of it: ${error}`);
    assert.ok(error !== undefined, `a piece of an answer was taken for the whole: ${pieces.join("")}`);
  },
};

/** The pieces of a stream, and what it failed of. @param {() => AsyncIterable<string | null | undefined | "">} stream */
export async function gathered(stream) {
  const pieces = [];
  try {
    for await (const piece of stream()) if (piece) pieces.push(piece);
  } catch (error) {
    return { pieces, error: String(error) };
  }
  return { pieces };
}

/** The error of a call; fails if there is none. */
export async function errorOf(promise) {
  const answer = await promise.then((value) => ({ value }), (error) => ({ error }));
  if ("error" in answer) return answer.error;
  throw new Error(`it should have failed, and gave ${JSON.stringify(answer.value)}`);
}
