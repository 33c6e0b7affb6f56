// What a committed stream goes on to say, where the core reads it: objects, translated streams, and those that may
// be gone on with on another deployment after a break.

import { DONE, FAILED, NONE } from "./codes.js";

/** What a read gives when the core has moved on in the meantime. */
const MOVED = Symbol("moved on");

export class Pump {
  #hub;
  #call;
  #take;
  #failed;
  /** The last of what there is for the caller, from before the call was ended. @type {any} */
  #rest = "";
  /** What the core has moved on to. @type {number} */
  #moved = NONE;
  /** @type {((value: typeof MOVED) => void) | undefined} */
  #interrupt;

  /**
   * @param {import("./hub.js").Hub} hub
   * @param {import("./drive.js").Call} call whose stream has committed
   * @param {(core: any, id: number) => any} take gives what the core has for the caller; of length 0 if nothing
   */
  constructor(hub, call, take) {
    this.#hub = hub;
    this.#call = call;
    this.#take = take;
    call.waitingSince = Infinity;
    call.onMoved = (action) => {
      if (action === FAILED) {
        // Whoever reads next hears of it; whoever reads now is woken below.
        this.#fail();
        call.reader.cancel().catch(() => {});
      }
      this.#moved = action;
      this.#interrupt?.(MOVED);
    };
  }

  /** The next piece; `undefined` at the end. Throws the call's error. */
  async next() {
    for (;;) {
      const piece = this.#piece();
      if (piece.length > 0) return piece;
      if (this.#failed) throw this.#failed;
      if (this.#call.hasCrashed) throw this.#call.fail();
      if (this.#call.isOver) return undefined;
      await this.#read();
    }
  }

  /** What there is for the caller; first what was left of a stream that is over. */
  #piece() {
    if (this.#rest.length === 0) return this.#call.isOver ? "" : this.#call.ask(this.#take, "");
    const rest = this.#rest;
    this.#rest = "";
    return rest;
  }

  async #read() {
    const call = this.#call;
    const { reader } = call;
    let read;
    try {
      read = await new Promise((resolve, reject) => {
        this.#interrupt = resolve;
        if (this.#moved !== NONE) return resolve(MOVED);
        call.waitingSince = this.#hub.now();
        return reader.read().then(resolve, reject);
      });
    } catch (error) {
      if (this.#moved === NONE) return this.#follow(call.ended(undefined, error));
      read = MOVED;
    }
    if (read === MOVED) {
      const action = this.#moved;
      this.#moved = NONE;
      return this.#follow(action);
    }
    if (read.done) return this.#follow(call.ended(undefined));
    call.waitingSince = Infinity;
    const action = call.push(read.value);
    if (action !== NONE) return this.#follow(action);
    if (call.ask((core, id) => core.coreStreamDone(id), false)) {
      const ended = call.ended(undefined);
      reader.cancel().catch(() => {});
      return this.#follow(ended);
    }
    return undefined;
  }

  /** Does what follows a stream's end: nothing, its error, or another send. */
  async #follow(action) {
    const call = this.#call;
    if (this.#failed) return;
    this.#rest = call.ask(this.#take, "");
    if (action === DONE) return call.end();
    call.reader.cancel().catch(() => {});
    if (action === FAILED) return this.#fail();
    const { onMoved } = call;
    call.onMoved = undefined;
    try {
      await call.run();
    } catch (error) {
      this.#failed = error;
      return;
    }
    call.onMoved = onMoved;
    call.waitingSince = Infinity;
  }

  #fail() {
    if (this.#failed) return;
    if (this.#rest.length === 0) this.#rest = this.#call.ask(this.#take, "");
    this.#failed = this.#call.fail();
  }

  /** The reader does not want more: the upstream is cancelled in the same turn. */
  leave() {
    const call = this.#call;
    if (call.isOver) return;
    call.onMoved = undefined;
    call.cancel();
    if (!call.isOver) this.#failed = call.fail();
    call.reader.cancel().catch(() => {});
  }
}
