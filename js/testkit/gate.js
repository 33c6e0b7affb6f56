/**
 * Gates that hold bodies back chunk by chunk until a test lets them go.
 */

import { unlessAborted } from "./waiting.js";

/** One body's gate. */
export class Gate {
  #credit = 0;
  /** @type {(() => void) | undefined} */
  #admit;

  /** Lets so many more chunks through, now or when they come. @param {number} count */
  open(count) {
    this.#credit += count;
    this.#admit?.();
  }

  /**
   * Waits to be let through.
   * @param {AbortSignal} signal aborting rejects with its reason
   */
  async pass(signal) {
    if (this.#credit === 0) {
      const admitted = new Promise((resolve) => {
        this.#admit = () => resolve(undefined);
      });
      await unlessAborted(admitted, signal);
    }
    this.#credit -= 1;
  }
}

/** The gates of the bodies that a provider is sending. */
export class Gates {
  /** @type {Set<Gate>} */
  #gates = new Set();

  /**
   * A gate for one more body, closed, and gone when the exchange ends.
   * @param {import("./journal.js").Exchange} exchange
   */
  next(exchange) {
    const gate = new Gate();
    this.#gates.add(gate);
    exchange.onEnd = () => this.#gates.delete(gate);
    return gate;
  }

  /** Opens all of them so many times. @param {number} count */
  open(count) {
    if (!(Number.isInteger(count) && count >= 1) && count !== Infinity) {
      throw new TypeError("release takes a whole number from 1 up, or Infinity");
    }
    for (const gate of this.#gates) gate.open(count);
  }
}
