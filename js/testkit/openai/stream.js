/**
 * How OpenAI's streams are made: events without names, and a last one that is no JSON.
 */

import { dataOf } from "../reply.js";

const TERMINATOR = "[DONE]";

/** @param {string | object} value */
export const event = (value) => ({ data: dataOf(value) });

/** @type {import("../dialect.js").StreamFormat} */
export const stream = {
  event,
  errorStatus: 500,
  // OpenAI sends none; servers that speak its dialect send a comment.
  ping: { comment: "ping" },
  broken: { data: '{"id":"chatcmpl-broken","choices":[{"index":0,"delta":{"content":"lo' },
  isTerminator: (event) => "data" in event && event.data === TERMINATOR,
};
