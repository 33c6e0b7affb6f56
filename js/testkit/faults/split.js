/**
 * Faults that deliver all bytes of a body, but in the wrong pieces.
 */

import { random } from "../random.js";
import { isCount } from "./checks.js";

/** @typedef {import("../reply.js").Step} Step */

/** The longest piece of a random split: short enough to fall inside every event. */
const RANDOM_PIECE_BYTES = 24;

const CR = 0x0d;
const LF = 0x0a;

/** @type {import("./index.js").FaultRows} */
export const splitFaults = {
  splitBytes: {
    takes: 'bytes, or "random" with a seed',
    valid: (value) => value === "random" || (isCount(value) && value > 0),
    body: (steps, size, { fault }) => {
      if (size !== "random") return regroup(steps, () => size);
      const draw = random(fault.seed ?? 1);
      return regroup(steps, () => 1 + Math.floor(draw() * RANDOM_PIECE_BYTES));
    },
  },
  // Read by splitBytes: changes nothing on its own.
  seed: { takes: "a number", valid: Number.isFinite },
  splitUtf8: {
    takes: "true",
    valid: (value) => value === true,
    body: (steps) => splitBetween(steps, (before, after) => before >= 0xc0 && after >= 0x80 && after < 0xc0),
  },
  splitCrlf: {
    takes: "true",
    valid: (value) => value === true,
    reply: (reply) => ({ ...reply, lineEnd: "\r\n" }),
    body: (steps) => splitBetween(steps, (before, after) => before === CR && after === LF),
  },
};

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

/**
 * The same bytes, each step in two wherever a pair of neighbours is to be parted.
 * @param {Iterable<Step>} steps
 * @param {(before: number, after: number) => boolean} parts
 * @returns {Generator<Step, void>}
 */
function* splitBetween(steps, parts) {
  for (const step of steps) {
    if (!("bytes" in step)) {
      yield step;
      continue;
    }
    const { bytes, ends } = step;
    let from = 0;
    for (let at = 1; at < bytes.length; at++) {
      if (!parts(bytes[at - 1], bytes[at])) continue;
      // A copy: a reader may transfer what it was given.
      yield { bytes: bytes.slice(from, at), ends: false };
      from = at;
    }
    yield { bytes: bytes.slice(from), ends };
  }
}
