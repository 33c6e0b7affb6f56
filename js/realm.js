// The instance of the wasm that all routers of a module share. One that has trapped is not to be trusted any more: it is
// replaced, and each router builds itself anew in its place.

/** What goes wrong inside wasm: a trap, or a stack that is used up. Everything else is thrown by JavaScript. */
const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;

const encoder = new TextEncoder();

export class Realm {
  #glue;
  /** Which instance it is, counted from 0. */
  generation = 0;
  /** Price tables that it holds, by what was given. @type {WeakMap<object, any>} */
  #tables = new WeakMap();

  /** @param {any} glue the wasm-bindgen module */
  constructor(glue) {
    this.#glue = glue;
  }

  /**
   * Replaces the instance if it has trapped.
   * @param {unknown} error what a call into it threw
   * @param {number} generation the instance that threw it
   */
  survive(error, generation) {
    if (!isTrap(error) || generation !== this.generation) return;
    this.#glue.__wbg_reset_state();
    this.generation += 1;
    this.#tables = new WeakMap();
  }

  /**
   * A price table in the instance, one for all routers that are given the same.
   * @param {import("./price.js").Table} given
   * @throws {undefined} if it is none
   */
  table(given) {
    const known = this.#tables.get(given) ?? new this.#glue.CorePrices(encoder.encode(given.text));
    this.#tables.set(given, known);
    return known;
  }
}

/** @type {WeakMap<object, Realm>} */
const realms = new WeakMap();

/**
 * The realm of a module: entries may share one.
 * @param {any} glue
 */
export function realmOf(glue) {
  const known = realms.get(glue) ?? new Realm(glue);
  realms.set(glue, known);
  return known;
}
