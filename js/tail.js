// The end of a stream that goes by: what the core is shown of it.

import { join } from "./platform/bytes.js";
import { WINDOW_BYTES } from "./window.js";

/** How much of the end is kept at least: even a large event fits well. */
const TAIL_BYTES = 16 * 1024;

/** How much of it is shown at least, from where a chunk begins an event: finish, usage and terminator mostly fit. */
const SHOWN_BYTES = 4 * 1024;

const LINE_FEED = 10;

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

  /** The last bytes, as many as the window takes: whole events, where the chunks are. */
  get bytes() {
    let from = this.#chunks.length;
    let length = 0;
    while (from > this.#first && (length < SHOWN_BYTES || !endsEvent(this.#chunks[from - 1]))) {
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
