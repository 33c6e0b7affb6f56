// The chunks of a stream as objects. What the core writes is parsed; where it leaves the reading to the driver, it is
// shown only the events that may mean an end, usage, an error or another choice, and the rest never enters it.

import { NONE } from "./codes.js";
import { amount } from "./costs.js";
import { EVENT_NAME, Stencil } from "./stencil.js";

const encoder = new TextEncoder();
// Each network chunk is decoded by itself, so what looks like a byte order mark is none.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const LINE_FEED = 10;

/** The list that is given while there is nothing: a list that is still added to must not be out of hand.
 * @type {any[]} */
const EMPTY = [];

/** What an event begins with that may be a chunk. */
const BEGIN = `${EVENT_NAME}{`;
const NAME_LENGTH = EVENT_NAME.length;

const maySkim = (core, id) => core.coreMaySkim(id);

/** Of no kind that the core has to read? The same is asked of bytes in src/engine/glance.rs. */
function isQuiet({ choices, usage, error }) {
  if (!Array.isArray(choices) || choices.length !== 1 || isObject(usage) || isThere(error)) return false;
  const choice = choices[0];
  if (!isObject(choice) || isThere(choice.finish_reason) || (isThere(choice.index) && choice.index !== 0)) return false;
  return !isThere(choice.delta) || isObject(choice.delta);
}

const isThere = (value) => value !== undefined && value !== null;
const isObject = (value) => typeof value === "object" && value !== null;

export class Chunks {
  #hub;
  #call;
  #stencil = new Stencil();
  /** Those that have been read and not taken. @type {any[]} */
  #read = [];
  /** The driver reads: nothing has been shown to the core since its last look. */
  #skims = false;

  /**
   * @param {import("./hub.js").Hub} hub
   * @param {import("./drive.js").Call} call
   */
  constructor(hub, call) {
    this.#hub = hub;
    this.#call = call;
  }

  /** Takes what there is. @returns {any[]} */
  take = (core, id) => {
    if (!this.#skims) {
      const length = core.coreTake(id);
      if (length > 0) this.#parseLines(decoder.decode(this.#hub.window.view(core.coreTaken(), length)));
    }
    const read = this.#read;
    if (read.length === 0) return EMPTY;
    this.#read = [];
    return read;
  };

  /**
   * Reads bytes of a committed stream, when what there was before has been taken.
   * @param {Uint8Array} bytes
   * @returns {number} the code of the step that follows
   */
  push = (bytes) => {
    const call = this.#call;
    this.#skims ||= call.ask(maySkim, false);
    const rest = this.#skims ? this.#skim(bytes) : bytes;
    if (rest === undefined) return NONE;
    this.#skims = false;
    return call.push(rest);
  };

  /**
   * Reads the events that do not matter to the core.
   * @param {Uint8Array} bytes
   * @returns {Uint8Array | undefined} what is left for the core, if there is anything: all from the first event that may matter
   */
  #skim(bytes) {
    const { length } = bytes;
    // Whole events only: the core puts together what is cut.
    if (bytes[length - 1] !== LINE_FEED || bytes[length - 2] !== LINE_FEED) return bytes;
    const text = decoder.decode(bytes);
    const only = this.#stencil.readEvent(text);
    if (only !== undefined) {
      this.#read.push(only);
      return undefined;
    }
    if (text.includes("\r")) return bytes;
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf("\n", at);
      const isOne = text.startsWith(BEGIN, at) && text.charCodeAt(end + 1) === LINE_FEED;
      if (!isOne || !this.#isRead(text.slice(at + NAME_LENGTH, end))) {
        return at === 0 ? bytes : encoder.encode(text.slice(at));
      }
      at = end + 2;
    }
    return undefined;
  }

  /** Reads a chunk, unless it is one for the core. @param {string} text */
  #isRead(text) {
    let chunk = this.#stencil.read(text);
    if (chunk === undefined) {
      try {
        chunk = JSON.parse(text);
      } catch {
        return false;
      }
      if (!isQuiet(chunk)) return false;
      this.#stencil.learn(text, chunk);
    }
    this.#read.push(chunk);
    return true;
  }

  /** Tells what an answer has cost so far, where a provider does not. */
  #price(usage) {
    const cost = amount(this.#call.ask((core, id) => core.coreCostOfAnswer(id), NaN));
    if (cost !== null) usage.cost ??= cost;
  }

  /** Reads chunks, a line each. One that does not parse is skipped, and counted. @param {string} lines */
  #parseLines(lines) {
    for (const line of lines.split("\n")) {
      let chunk = this.#stencil.read(line);
      try {
        if (chunk === undefined) {
          chunk = JSON.parse(line);
          if (isQuiet(chunk)) this.#stencil.learn(line, chunk);
          else if (isObject(chunk.usage)) this.#price(chunk.usage);
        }
        this.#read.push(chunk);
      } catch {
        this.#call.skippedEvents += 1;
      }
    }
  }
}
