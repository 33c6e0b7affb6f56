/**
 * Faults in the delivery of a body: too much, too little, too slowly, never.
 */

import { bodySteps, contentIndex } from "../reply.js";
import { isCount, isRecordOf } from "./checks.js";

/** @typedef {import("../reply.js").Step} Step */
/** @typedef {{ afterBytes?: number, afterEvents?: number }} Point */

/** @type {import("./index.js").FaultRows} */
export const bodyFaults = {
  hugeBody: {
    takes: "bytes",
    valid: isCount,
    reply: (reply, padding) => ({ ...reply, padding }),
  },
  truncate: {
    takes: "true or bytes",
    valid: (value) => value === true || isCount(value),
    body: (steps, bytes, { reply }) =>
      until(steps, { afterBytes: bytes === true ? Math.floor(byteLength(reply) / 2) : bytes }, []),
  },
  cut: {
    takes: 'true or { afterBytes?, afterEvents?, how?: "error" | "close" }',
    valid: (value) =>
      value === true ||
      isRecordOf(value, { afterBytes: isCount, afterEvents: isCount, how: (how) => how === "error" || how === "close" }),
    body: (steps, { how = "error", ...point }, { reply }) =>
      until(steps, isPoint(point) ? point : middle(reply), how === "close" ? [] : [{ failure: brokenConnection() }]),
  },
  stall: {
    takes: '"head", "body" or { afterBytes?, afterEvents? }',
    valid: (value) =>
      value === "head" ||
      value === "body" ||
      (isRecordOf(value, { afterBytes: isCount, afterEvents: isCount }) && isPoint(value)),
    connect: (where) => (where === "head" ? new Promise(() => {}) : undefined),
    body: (steps, where) => until(steps, where === "body" ? { afterEvents: 0 } : where, [{ stall: true }]),
  },
  // Read by the provider between two chunks: they change nothing on their own.
  chunkDelayMs: { takes: "milliseconds", valid: isCount },
  drip: { takes: "true", valid: (value) => value === true },
};

/**
 * The steps up to a point, then `ending` instead of the rest. A body that ends before the point is left whole.
 * @param {Iterable<Step>} steps
 * @param {Point} point
 * @param {Step[]} ending
 * @returns {Generator<Step, void>}
 */
function* until(steps, { afterBytes = Infinity, afterEvents = Infinity }, ending) {
  if (afterBytes === 0 || afterEvents === 0) return yield* ending;
  let bytesLeft = afterBytes;
  let eventsLeft = afterEvents;
  for (const step of steps) {
    if (!("bytes" in step)) {
      yield step;
      continue;
    }
    const isCut = step.bytes.length >= bytesLeft;
    yield isCut ? { ...step, bytes: step.bytes.slice(0, bytesLeft) } : step;
    bytesLeft -= step.bytes.length;
    if (step.ends) eventsLeft -= 1;
    if (isCut || eventsLeft === 0) return yield* ending;
  }
}

/** @param {Point} point */
const isPoint = (point) => point.afterBytes !== undefined || point.afterEvents !== undefined;

/** Where a body breaks unless told: a stream after its first content, another body half-way. @param {import("../reply.js").Reply} reply */
const middle = (reply) =>
  reply.events ? { afterEvents: contentIndex(reply.events) + 1 } : { afterBytes: Math.floor(byteLength(reply) / 2) };

/** @param {import("../reply.js").Reply} reply */
function byteLength(reply) {
  let length = 0;
  for (const step of bodySteps({ ...reply, padding: 0 })) if ("bytes" in step) length += step.bytes.length;
  return length + (reply.padding ?? 0);
}

/** The error of a body whose connection broke, as Node's fetch reports it. */
function brokenConnection() {
  const cause = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  return new TypeError("terminated", { cause });
}
