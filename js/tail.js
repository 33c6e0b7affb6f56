// The end of a stream that goes by: what the core is shown of it.

import { join } from "./platform/bytes.js";
import { WINDOW_BYTES } from "./window.js";

/** How much of the end is kept at least: even a large event fits well. */
const TAIL_BYTES = 16 * 1024;

/** How much of it is shown at least, from where a chunk begins an event: finish, usage and terminator mostly fit. */
const SHOWN_BYTES = 2 * 1024;

/** The most that is kept. */
const MOST_BYTES = 2 * TAIL_BYTES;

const LINE_FEED = 10;

export class Tail {
  /** @type {Uint8Array[]} */
  #chunks;
  /** Their bytes. */
  #kept;

  /** @param {Uint8Array[]} chunks what has gone by already */
  constructor(chunks) {
    this.#chunks = [...chunks];
    this.#kept = chunks.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  /** @param {Uint8Array} chunk */
  push(chunk) {
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    // Now and then: to take one off the front for each that comes would cost more.
    if (this.#kept > MOST_BYTES) this.#forget();
  }

  #forget() {
    let from = this.#chunks.length;
    for (this.#kept = 0; this.#kept < TAIL_BYTES; this.#kept += this.#chunks[from].length) from -= 1;
    this.#chunks = this.#chunks.slice(from);
  }

  /** The last bytes, as many as the window takes: whole events, where the chunks are. */
  get bytes() {
    let from = this.#chunks.length;
    let length = 0;
    while (from > 0 && (length < SHOWN_BYTES || !endsEvent(this.#chunks[from - 1]))) {
      from -= 1;
      length += this.#chunks[from].length;
    }
    const all = join(this.#chunks.slice(from), length);
    return all.subarray(Math.max(0, all.length - WINDOW_BYTES));
  }
}

/** Is a chunk followed by the beginning of an event? @param {Uint8Array} chunk */
function endsEvent(chunk) {
  const { length } = chunk;
  const before = chunk[length - 2] === 13 ? 3 : 2;
  return chunk[length - 1] === LINE_FEED && chunk[length - before] === LINE_FEED;
}
