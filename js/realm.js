// The instance of the wasm that all routers of a module share. One that has trapped is not to be trusted any more: it is
// replaced, and each router builds itself anew in its place.

/** What goes wrong inside wasm: a trap, or a stack that is used up. Everything else is thrown by JavaScript. */
const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;

export class Realm {
  #glue;
  /** Which instance it is, counted from 0. */
  generation = 0;

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
