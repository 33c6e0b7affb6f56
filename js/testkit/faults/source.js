/**
 * Which fault strikes which request: a queue that is used up, then a standing choice.
 */

import { checkFault } from "./index.js";

/** @typedef {import("../index.js").Fault} Fault */
/** @typedef {import("../index.js").FaultChoice} FaultChoice */

export class FaultSource {
  /** @type {FaultChoice[]} */
  #queue = [];
  /** @type {FaultChoice | FaultChoice[]} */
  #standing;
  #turn = 0;

  /**
   * Adds to the queue, one a request.
   * @param {readonly FaultChoice[]} choices
   * @throws {TypeError} for an unknown kind
   */
  enqueue(choices) {
    this.#queue.push(...choices.map(checkChoice));
  }

  /**
   * Sets what holds once the queue is used up; an array goes round and round.
   * @param {FaultChoice | readonly FaultChoice[]} choice
   * @throws {TypeError} for an unknown kind
   */
  setStanding(choice) {
    this.#standing = Array.isArray(choice) ? choice.map(checkChoice) : checkChoice(/** @type {FaultChoice} */ (choice));
    this.#turn = 0;
  }

  /** Forgets queue and standing choice. */
  clear() {
    this.#queue = [];
    this.setStanding(undefined);
  }

  /**
   * The fault for this request, if any.
   * @param {import("../index.js").Call} call
   * @returns {Fault | undefined}
   */
  next(call) {
    const choice = this.#queue.length > 0 ? this.#queue.shift() : this.#standingNow();
    return checkFault(typeof choice === "function" ? choice(call.n, call) : choice) || undefined;
  }

  /** @returns {FaultChoice} */
  #standingNow() {
    if (!Array.isArray(this.#standing)) return this.#standing;
    return this.#standing[this.#turn++ % this.#standing.length];
  }
}

/** @param {FaultChoice} choice */
function checkChoice(choice) {
  return typeof choice === "function" ? choice : checkFault(choice);
}
