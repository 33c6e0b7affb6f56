/**
 * Faults in the delivery of a body: too much, too little, in the wrong pieces, never.
 */

import { random } from "../random.js";
import { bodySteps } from "../reply.js";
import { isCount, isRecordOf } from "./checks.js";

/** @typedef {import("../reply.js").Step} Step */
/** @typedef {{ afterBytes?: number, afterEvents?: number }} Point */

/** The longest piece of a random split: short enough to fall inside every event. */
const RANDOM_PIECE_BYTES = 24;

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
  splitBytes: {
    takes: 'bytes, or "random" with a seed',
    valid: (value) => value === "random" || (isCount(value) && value > 0),
    body: (steps, size, { fault }) => {
      if (size !== "random") return regroup(steps, () => size);
      const draw = random(fault.seed ?? 1);
      return regroup(steps, () => 1 + Math.floor(draw() * RANDOM_PIECE_BYTES));
    },
  },
  // Read by splitBytes, and by the provider between two chunks: they change nothing on their own.
  seed: { takes: "a number", valid: Number.isFinite },
  chunkDelayMs: { takes: "milliseconds", valid: isCount },
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

/**
 * The same bytes in pieces of the sizes asked for, across the borders of events.
 * @param {Iterable<Step>} steps
 * @param {() => number} nextSize
 * @returns {Generator<Step, void>}
 */
function* regroup(steps, nextSize) {
  let size = nextSize();
  /** @type {Uint8Array[]} */
  let parts = [];
  let filled = 0;
  const piece = () => {
    const bytes = new Uint8Array(filled);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    parts = [];
    filled = 0;
    return { bytes, ends: true };
  };
  for (const step of steps) {
    if (!("bytes" in step)) {
      // What was sent before a stall or a break has arrived.
      if (filled > 0) yield piece();
      yield step;
      continue;
    }
    for (let from = 0; from < step.bytes.length;) {
      const part = step.bytes.subarray(from, from + size - filled);
      parts.push(part);
      filled += part.length;
      from += part.length;
      if (filled < size) continue;
      yield piece();
      size = nextSize();
    }
  }
  if (filled > 0) yield piece();
}

/** @param {Point} point */
const isPoint = (point) => point.afterBytes !== undefined || point.afterEvents !== undefined;

/** Where a body breaks unless told: a stream after its first content, another body half-way. @param {import("../reply.js").Reply} reply */
const middle = (reply) => (reply.events ? { afterEvents: 2 } : { afterBytes: Math.floor(byteLength(reply) / 2) });

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
