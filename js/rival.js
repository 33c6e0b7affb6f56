// The second send of a call, beside a slow first one. What it comes to is its own until it has won.

import { BYTES, NONE, OVER } from "./codes.js";
import { MOVED_ON, send } from "./send.js";

export class Rival {
  /** What is public of its deployment. @type {any} */
  deployment = null;
  /** What a call keeps of its send, see there. @type {any} */
  response;
  /** @type {any} */
  bytes;
  /** @type {any} */
  value;
  /** @type {any} */
  reader;
  /** @type {any} */
  held;
  output = BYTES;
  /** @type {Record<string, string>} */
  headers = {};
  /** @type {AbortController | undefined} */
  controller;
  /** @type {unknown} */
  cause;
  /** @type {((value: typeof MOVED_ON) => void) | undefined} */
  moveOn;
  /** NONE as long as the send is under way. @type {number} */
  action = NONE;

  #call;

  /**
   * @param {import("./drive.js").Call} call
   * @param {number} attempt
   */
  constructor(call, attempt) {
    this.#call = call;
    this.core = call.core;
    this.id = call.id;
    this.plan = call.plan;
    this.attempt = attempt;
    this.sends = call.sends;
  }

  /** Whatever the core says to one of two sends, the call may go on with the other one. */
  get hasCompany() {
    return true;
  }

  /** @param {import("./hub.js").Hub} hub */
  async run(hub) {
    try {
      await send(this, hub, this.attempt);
    } catch (error) {
      this.#call.crashed(error);
    }
    this.#call.dismiss(this);
  }

  /** @param {number} action */
  step(action) {
    this.action = action;
    this.#call.stepOf(this, action);
  }

  /** Shows bytes of the stream to the core: the code of the step that follows. */
  push(bytes) {
    return this.#call.push(bytes, this);
  }

  /** The other send was faster, or the call is over. */
  giveUp() {
    this.action = OVER;
    this.controller?.abort();
    this.moveOn?.(MOVED_ON);
  }
}
