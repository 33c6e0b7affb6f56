/** Whether a contender does the job at all: who answers wrongly may not be called fast. */

import assert from "node:assert/strict";
import { ANSWER, API_KEY, chatRequest, MODEL, streamChunks, streamObjects, UPSTREAM } from "../payload.js";
import { CHUNKS } from "./cases.mjs";

/**
 * @param {import("./cases.mjs").Case} one
 * @param {any} answer as `once` gave it
 * @param {{ url: string, init: RequestInit } | undefined} sent
 * @throws {assert.AssertionError}
 */
export async function check(one, answer, sent) {
  assert.ok(sent, "nothing was sent");
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
    assert.deepEqual(answer, streamObjects(CHUNKS), "the chunks are not the provider's");
  }
}

const pick = (object, like) => Object.fromEntries(Object.keys(like).map((key) => [key, object[key]]));
const textOf = (chunks) => Buffer.concat(chunks).toString();
