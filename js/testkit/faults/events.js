/**
 * Faults inside a stream of server-sent events. They leave a reply that is no stream as it is.
 */

import { isCount, isRecord, isRecordOf } from "./checks.js";

/** @typedef {import("../reply.js").StreamEvent} StreamEvent */

/** What servers send while they wait. */
const REMARK = "keep-alive";

/** @type {import("./index.js").FaultRows} */
export const eventFaults = {
  malformedEvent: {
    takes: "true or { at }",
    valid: (value) => value === true || isRecordOf(value, { at: isCount }),
    reply: (reply, { at = 1 }, { stream }) => withEvents(reply, (events) => events.toSpliced(at, 0, stream.broken)),
  },
  errorEvent: {
    takes: 'true or { at, error? }, at being a number or "end"',
    valid: (value) => value === true || isRecordOf(value, { at: (at) => at === "end" || isCount(at), error: isRecord }),
    reply: (reply, { at = 0, error = {} }, { errorBody, stream }) =>
      withEvents(reply, (events) => {
        const failure = stream.event(errorBody(stream.errorStatus, error));
        const before = at === "end" ? events.filter((event) => !stream.isTerminator(event)) : events.slice(0, at);
        return [...before, failure];
      }),
  },
  unterminated: {
    takes: "true",
    valid: (value) => value === true,
    reply: (reply, _, { stream }) => withEvents(reply, (events) => events.filter((event) => !stream.isTerminator(event))),
  },
  // After the kinds that count events, so that their places do not depend on it.
  pings: {
    takes: "true",
    valid: (value) => value === true,
    reply: (reply, _, { stream }) =>
      withEvents(reply, (events) => events.flatMap((event, index) => (index === 0 ? [event] : [stream.ping, event]))),
  },
  comments: {
    takes: "true or a text of one line",
    valid: (value) => value === true || (typeof value === "string" && !/[\r\n]/.test(value)),
    reply: (reply, comment) => ({ ...reply, comment: comment === true ? REMARK : comment }),
  },
  crlf: {
    takes: "true",
    valid: (value) => value === true,
    reply: (reply) => ({ ...reply, lineEnd: "\r\n" }),
  },
};

/**
 * @param {import("../reply.js").Reply} reply
 * @param {(events: StreamEvent[]) => StreamEvent[]} change
 */
const withEvents = (reply, change) => (reply.events ? { ...reply, events: change(reply.events) } : reply);
