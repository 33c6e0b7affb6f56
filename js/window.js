// The window into linear memory through which bytes reach the core.

/** The size of the window; the same number stands in src/wasm/window.rs. */
export const WINDOW_BYTES = 64 * 1024;

const encoder = new TextEncoder();

export class Window {
  #memory;
  #address;
  #view = new Uint8Array(0);
  #floats = new Float64Array(0);

  /**
   * @param {WebAssembly.Memory} memory
   * @param {number} address
   */
  constructor(memory, address) {
    this.#memory = memory;
    this.#address = address;
  }

  /** A view that is valid now: a view is detached, with length 0, whenever the memory grows. */
  #bytes() {
    if (this.#view.length === 0) {
      this.#view = new Uint8Array(this.#memory.buffer, this.#address, WINDOW_BYTES);
    }
    return this.#view;
  }

  /**
   * A view of what the core has written elsewhere, valid until it is next called.
   * @param {number} address
   * @param {number} length
   */
  view(address, length) {
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  /**
   * As `view`, of whole numbers of 32 bits.
   * @param {number} address
   * @param {number} length
   */
  words(address, length) {
    return new Uint32Array(this.#memory.buffer, address, length);
  }

  /**
   * As `view`, of numbers.
   * @param {number} address
   * @param {number} length
   */
  numbers(address, length) {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  /**
   * The same numbers as a list, to be kept.
   * @param {number} address
   * @param {number} length
   */
  list(address, length) {
    if (this.#floats.length === 0) this.#floats = new Float64Array(this.#memory.buffer);
    const from = address / 8;
    const list = [];
    for (let at = from; at < from + length; at += 1) list.push(this.#floats[at]);
    return list;
  }

  /**
   * Copies the beginning of `bytes`, as much as fits, and returns how much that was.
   * @param {Uint8Array} bytes
   */
  put(bytes) {
    const part = bytes.length > WINDOW_BYTES ? bytes.subarray(0, WINDOW_BYTES) : bytes;
    this.#bytes().set(part);
    return part.length;
  }

  /**
   * Writes the beginning of `text`, as much as fits, and returns how many bytes that were.
   * @param {string} text
   */
  putText(text) {
    return encoder.encodeInto(text, this.#bytes()).written;
  }

  /**
   * Shows all of `bytes` to `take`, a window at a time.
   * @param {Uint8Array} bytes
   * @param {(length: number) => void} take
   */
  each(bytes, take) {
    if (bytes.length <= WINDOW_BYTES) {
      this.#bytes().set(bytes);
      take(bytes.length);
      return;
    }
    for (let at = 0; at < bytes.length; at += WINDOW_BYTES) {
      take(this.put(bytes.subarray(at, at + WINDOW_BYTES)));
    }
  }

  /**
   * Shows all of `text` to `take`, a window of UTF-8 at a time. Returns how many bytes that were.
   * @param {string} text
   * @param {(length: number) => void} take
   */
  eachOfText(text, take) {
    let total = 0;
    for (let rest = text; rest.length > 0; ) {
      const { read, written } = encoder.encodeInto(rest, this.#bytes());
      // A window always holds at least one character; 0 would be an endless loop.
      if (read === 0) throw new RangeError("the window into linear memory has no room");
      take(written);
      total += written;
      rest = rest.slice(read);
    }
    return total;
  }
}
