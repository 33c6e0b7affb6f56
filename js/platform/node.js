// How Node, Deno, Bun and browsers read bodies and keep time. Bytes are the cheapest there: a body read as text is
// decoded, and encoded again when it is sent (figures in docs/PLATFORM.md).

import { SharedAlarm } from "../alarm.js";
import { readBytes } from "./bytes.js";

const decoder = new TextDecoder();

export const platform = {
  /** No bound on the number of sends in one call. */
  subrequests: undefined,
  /** @param {() => number} now */
  alarm: (now) => new SharedAlarm(now),
  /** Reads a whole body, at most `limit` bytes. Rejects with `TooLong` beyond. */
  read: readBytes,
  /** @param {Uint8Array} body */
  decode: (body) => decoder.decode(body),
};
