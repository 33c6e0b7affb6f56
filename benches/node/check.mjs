/** Whether a contender does the job at all: who answers wrongly may not be called fast. */

import assert from "node:assert/strict";
import {
  ANSWER, API_KEY, chatRequest, MESSAGES_MODEL, MESSAGES_UPSTREAM, MODEL, streamChunks, streamObjects, textOfWords, UPSTREAM,
} from "../payload.js";
import { CHUNKS } from "./cases.mjs";

/**
 * @param {import("./cases.mjs").Case} one
 * @param {any} answer as `once` gave it
 * @param {{ url: string, init: RequestInit } | undefined} sent
 * @throws {assert.AssertionError}
 */
export async function check(one, answer, sent) {
  assert.ok(sent, "nothing was sent");
  if (one.isTranslated) return checkTranslated(one, answer, sent);
  assert.equal(sent.url, UPSTREAM);
  const request = new Request(sent.url, sent.init);
  assert.equal(request.headers.get("authorization"), `Bearer ${API_KEY}`);
  assert.deepEqual(await request.json(), chatRequest({ ...one, model: MODEL }), "the provider got another request");
  if (!one.isStream) {
    // The router adds members of its own to an object; what the provider said must be among them unchanged.
    assert.deepEqual(pick(answer, ANSWER), ANSWER, "the answer is not the provider's");
  } else if (answer[0] instanceof Uint8Array) {
    assert.equal(textOf(answer), textOf(streamChunks(CHUNKS)), "the events are not the provider's");
  } else {
    // What it cost is told beside what it used.
    const told = answer.map((chunk) => (chunk.usage ? { ...chunk, usage: { ...chunk.usage, cost: undefined } } : chunk));
    const given = streamObjects(CHUNKS).map((chunk) => (chunk.usage ? { ...chunk, usage: { ...chunk.usage, cost: undefined } } : chunk));
    assert.deepEqual(told, given, "the chunks are not the provider's");
  }
}

/** The request in the words of the Messages API, and its events in those of chat completions. */
async function checkTranslated(one, answer, sent) {
  assert.equal(sent.url, MESSAGES_UPSTREAM);
  const request = new Request(sent.url, sent.init);
  assert.equal(request.headers.get("x-api-key"), API_KEY);
  const { model, stream, system, messages } = await request.json();
  const [said, { content }] = chatRequest(one).messages;
  assert.deepEqual({ model, stream }, { model: MESSAGES_MODEL, stream: true });
  assert.ok(JSON.stringify(system).includes(JSON.stringify(said.content)), "the system's text is not the caller's");
  assert.ok(JSON.stringify(messages).includes(JSON.stringify(content)), "the user's text is not the caller's");
  const chunks = answer[0] instanceof Uint8Array ? chunksOf(textOf(answer)) : answer;
  const choices = chunks.flatMap(({ choices }) => choices);
  assert.equal(choices.map(({ delta }) => delta.content ?? "").join(""), textOfWords(CHUNKS - 6));
  assert.equal(choices.at(-1).finish_reason, "stop");
  assert.equal(chunks.at(-1).usage.completion_tokens, CHUNKS - 6);
}

function chunksOf(text) {
  const events = text.split("\n\n").slice(0, -1).map((event) => event.replace(/^data: /, ""));
  assert.equal(events.pop(), "[DONE]", "the stream has no end");
  return events.map((event) => JSON.parse(event));
}

const pick = (object, like) => Object.fromEntries(Object.keys(like).map((key) => [key, object[key]]));
const textOf = (chunks) => Buffer.concat(chunks).toString();
