// How workerd reads bodies and keeps time. Text is the cheapest there, and a timer belongs to its request
// (figures in docs/PLATFORM.md).

import * as workers from "cloudflare:workers";
import { OwnAlarm } from "../alarm.js";
import { readBytes, TooLong } from "./bytes.js";

export const platform = {
  /** The bindings, where the host gives none. */
  env: workers.env,
  /** @param {Promise<unknown>} promise */
  waitUntil: (promise) => workers.waitUntil?.(promise),
  /** Workers allow 50 subrequests on the free plan; some are left to the program. */
  subrequests: 45,
  alarm: () => new OwnAlarm(),
  /**
   * Reads a whole body as text, at most `limit` bytes. Rejects with `TooLong` beyond.
   * @param {Request | Response} source
   * @param {number} limit
   * @returns {Promise<string | Uint8Array>}
   */
  async read(source, limit) {
    const length = source.headers.get("content-length");
    if (Number(length) > limit) throw new TooLong(limit);
    // A caller who does not say how much he sends could fill the isolate, and end every other call in it.
    if (length === null && source instanceof Request) return readBytes(source, limit);
    const text = await source.text();
    // Characters are at most as many as bytes; what a provider sends beyond the bound is bounded by the isolate.
    if (text.length > limit) throw new TooLong(limit);
    return text;
  },
  /** @param {string | Uint8Array} body */
  decode: (body) => (typeof body === "string" ? body : new TextDecoder().decode(body)),
};
