// The end of a stream that goes by: what the core is shown of it.

import { join } from "./platform/bytes.js";
import { WINDOW_BYTES } from "./window.js";

/** How much of the end is kept at least: the last events with finish, usage and terminator fit well. */
const TAIL_BYTES = 16 * 1024;

/** How many places of chunks that left the tail may stay in its list. */
const FORGOTTEN = 64;
const NOTHING = new Uint8Array(0);

export class Tail {
  /** @type {Uint8Array[]} */
  #chunks;
  /** Where the tail begins in its list: taking the front off a list of thousands for each chunk would be slow. */
  #first = 0;
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
    while (this.#kept - this.#chunks[this.#first].length >= TAIL_BYTES) {
      this.#kept -= this.#chunks[this.#first].length;
      this.#chunks[this.#first] = NOTHING;
      this.#first += 1;
    }
    if (this.#first > FORGOTTEN && this.#first * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The last bytes, as many as the window takes. */
  get bytes() {
    const all = join(this.#first === 0 ? this.#chunks : this.#chunks.slice(this.#first), this.#kept);
    return all.subarray(Math.max(0, all.length - WINDOW_BYTES));
  }
}
