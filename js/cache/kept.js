// What is kept of one call's answer, and how it is shown again.

import { isWholeStream, MOST } from "./cache.js";

/** What the cache has, or is to have, of one call. */
export class Kept {
  /** What is told of the call, if it was answered out of the cache. @type {any} */
  report;
  /** The answer: text, or a list of chunks. @type {any} */
  body;
  /** Is it a stream? @type {boolean} */
  isStream;
  #place;

  /**
   * @param {{ cache: import("./cache.js").Cache, key: string, kind: import("./cache.js").Kind, rule: any, core: any, version: number,
   *   outlive: (promise: Promise<void>) => void }} place `core` and `version`: of the config that the key was made for
   */
  constructor(place) {
    this.#place = place;
    this.isStream = place.rule.isStream;
  }

  /** A stream's chunks, as from a pump; and what stands for the call that they came from. */
  replay() {
    let rest = this.body;
    const ask = (resolve) => {
      const chunks = rest;
      rest = undefined;
      resolve(chunks);
    };
    const call = { report: this.report, isOver: true, response: { headers: undefined } };
    return { call, pump: { ask, leave: () => {} } };
  }

  /** Keeps the whole answer of a call. @param {import("../drive.js").Call} call */
  keepWhole(call) {
    const { bytes } = call;
    if (!this.#mayKeep(call)) return;
    const text = typeof bytes === "string" ? bytes : decoded(strict(), bytes);
    if (text !== undefined) this.#keep(call, JSON.stringify(text));
  }

  /**
   * A pump whose chunks are kept, if it gives all of them.
   * @param {import("../drive.js").Call} call
   * @param {import("../pump.js").Pump} pump
   */
  recording(call, pump) {
    const record = this.#record();
    const note = (chunks) => {
      // As they are now: the caller may change them.
      if (chunks !== undefined) record.add(() => JSON.stringify(chunks).slice(1, -1));
      else if (this.#mayKeep(call) && record.parts) this.#keep(call, `[${record.parts.join()}]`);
    };
    const ask = (resolve, reject) =>
      pump.ask((chunks) => {
        note(chunks);
        resolve(chunks);
      }, reject);
    return { ask, leave: () => pump.leave() };
  }

  /**
   * The body of a stream that is kept, if it is read to its end.
   * @param {import("../drive.js").Call} call
   * @param {ReadableStream<Uint8Array>} body
   */
  tapped(call, body) {
    if (!this.#place.rule.store) return body;
    const reader = body.getReader();
    const decoder = strict();
    const record = this.#record();
    const end = () => {
      const text = record.parts?.join("");
      if (text !== undefined && this.#mayKeep(call) && isWholeStream(text)) this.#keep(call, JSON.stringify(text));
    };
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          end();
          controller.close();
        } else {
          record.add(() => decoded(decoder, value, true));
          controller.enqueue(value);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
  }

  /** Texts, as long as they are not too long together: then, or if one is none, there are no `parts`. */
  #record() {
    let length = 0;
    return {
      /** @type {string[] | undefined} */
      parts: this.#place.rule.store ? [] : undefined,
      /** @param {() => string | undefined} textOf */
      add(textOf) {
        if (!this.parts) return;
        const text = textOf();
        length += text?.length ?? Infinity;
        if (text !== undefined && length <= MOST) this.parts.push(text);
        else this.parts = undefined;
      },
    };
  }

  /** Was the call answered by its own group, in one go, and whole? And do the words of the config still hold? */
  #mayKeep(call) {
    const { core, rule, version } = this.#place;
    if (!rule.store || !call.isAnswered || call.hasGoneOn) return false;
    const { attempted_fallbacks, skipped_events } = call.report;
    if (attempted_fallbacks > 0 || skipped_events > 0) return false;
    return call.core === core && call.ask((core) => core.coreVersion(), -1) === version;
  }

  /** @param {import("../drive.js").Call} call @param {string} body as JSON */
  #keep({ report }, body) {
    const { cache, key, kind, outlive, rule } = this.#place;
    const kept = cache.keep(key, kind, body, report, rule.ttl);
    if (kept) outlive(kept);
  }
}

/** What is shown again must be the same bytes. */
const strict = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {TextDecoder} decoder */
function decoded(decoder, bytes, stream = false) {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    return undefined;
  }
}
