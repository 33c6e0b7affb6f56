/**
 * Faults inside a stream of server-sent events. They leave a reply that is no stream as it is.
 */

import { isCount, isRecord, isRecordOf } from "./checks.js";

/** A data line as a connection leaves it that lost its tail: no JSON. */
const UNPARSABLE = '{"id":"chatcmpl-broken","choices":[{"index":0,"delta":{"content":"lo';

/** @type {import("./index.js").FaultRows} */
export const eventFaults = {
  malformedEvent: {
    takes: "true or { at }",
    valid: (value) => value === true || isRecordOf(value, { at: isCount }),
    reply: (reply, { at = 1 }) => (reply.events ? { ...reply, events: reply.events.toSpliced(at, 0, UNPARSABLE) } : reply),
  },
  errorEvent: {
    takes: "true or { at, error? }",
    valid: (value) => value === true || isRecordOf(value, { at: isCount, error: isRecord }),
    reply: (reply, { at = 0, error = {} }, { errorBody }) =>
      reply.events ? { ...reply, events: [...reply.events.slice(0, at), JSON.stringify(errorBody(500, error))] } : reply,
  },
  crlf: {
    takes: "true",
    valid: (value) => value === true,
    reply: (reply) => ({ ...reply, lineEnd: "\r\n" }),
  },
};
