// What a committed stream goes on to say, where the core reads it: objects, translated streams, and those that may
// be gone on with on another deployment after a break. A chunk costs one promise beside the reader's own two.

import { DONE, FAILED, NONE, OVER } from "./codes.js";

const ignore = () => {};

/** Came the terminator with what committed the stream? */
const isDone = (core, id) => core.coreStreamDone(id);

export class Pump {
  #hub;
  #call;
  #take;
  #push;
  #failed;
  /** Nothing has been read since the last look at what there is. */
  #isTaken = false;
  /** The last of what there is for the caller, from before the call was ended. @type {any} */
  #rest = "";
  /** What the core has moved on to. @type {number} */
  #moved = NONE;
  /** Who waits for the next piece. @type {(piece: any) => void} */
  #resolve = ignore;
  /** @type {(error: unknown) => void} */
  #reject = ignore;
  /** The reader that is waited for: what comes from any other is too late. @type {any} */
  #reading;
  /** The reader that the two below listen to, made once for each. @type {any} */
  #reader;
  /** @type {(read: any) => void} */
  #onRead = ignore;
  /** @type {(error: unknown) => void} */
  #onError = ignore;

  /**
   * @param {import("./hub.js").Hub} hub
   * @param {import("./drive.js").Call} call whose stream has committed
   * @param {(core: any, id: number) => any} take gives what the core has for the caller; of length 0 if nothing
   * @param {(bytes: Uint8Array) => number} push reads bytes, and gives the code of the step that follows
   */
  constructor(hub, call, take, push) {
    this.#hub = hub;
    this.#call = call;
    const recording = call.plan.about?.recording;
    this.#take = recording ? (core, id) => recording.add(take(core, id)) : take;
    this.#push = push;
    call.waitingSince = Infinity;
    call.onMoved = (action) => {
      if (action === FAILED) {
        // Whoever reads next hears of it; whoever reads now is woken below.
        this.#fail();
        call.reader.cancel().catch(ignore);
      }
      this.#moved = action;
      this.#interrupt();
    };
  }

  /**
   * Asks for the next piece: `resolve` gets it, `undefined` at the end, and `reject` the call's error. One at a time:
   * nobody asks before the last one has been answered.
   * @param {(piece: any) => void} resolve
   * @param {(error: unknown) => void} reject
   */
  ask(resolve, reject) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#advance();
  }

  #advance() {
    const call = this.#call;
    const piece = this.#piece();
    if (piece.length > 0) this.#resolve(piece);
    else if (this.#failed) this.#reject(this.#failed);
    else if (call.hasCrashed) this.#reject(call.fail());
    else if (call.isOver) this.#resolve(undefined);
    else if (this.#moved !== NONE) this.#moveOn();
    else if (call.reader !== this.#reader && call.ask(isDone, false)) this.#close();
    else this.#read(call.reader);
  }

  /** What there is for the caller; first what was left of a stream that is over. */
  #piece() {
    if (this.#rest.length === 0) {
      if (this.#isTaken || this.#call.isOver) return "";
      this.#isTaken = true;
      return this.#call.ask(this.#take, "");
    }
    const rest = this.#rest;
    this.#rest = "";
    return rest;
  }

  #read(reader) {
    if (reader !== this.#reader) this.#listen(reader);
    this.#call.waitingSince = this.#hub.now();
    this.#reading = reader;
    reader.read().then(this.#onRead, this.#onError);
  }

  #listen(reader) {
    /** Whatever goes wrong on the way reaches whoever waits. */
    const heard = (follow) => (said) => {
      if (this.#reading !== reader) return;
      this.#reading = undefined;
      try {
        follow(said);
      } catch (error) {
        this.#reject(error);
      }
    };
    this.#reader = reader;
    this.#onRead = heard((read) => (read.done ? this.#follow(this.#call.ended(undefined)) : this.#show(read.value)));
    this.#onError = heard((error) => this.#follow(this.#call.ended(undefined, error)));
  }

  /** Shows bytes to the core. @param {Uint8Array} bytes */
  #show(bytes) {
    const call = this.#call;
    call.waitingSince = Infinity;
    this.#isTaken = false;
    const action = this.#push(bytes);
    if (action === NONE) return this.#advance();
    return action === OVER ? this.#close() : this.#follow(action);
  }

  /** The terminator is there: nothing more is waited for. */
  #close() {
    const ended = this.#call.ended(undefined);
    this.#call.reader.cancel().catch(ignore);
    this.#follow(ended);
  }

  /** Wakes who waits for a read, in a turn of its own: it was the alarm that spoke, or the caller. */
  #interrupt() {
    if (this.#reading === undefined) return;
    this.#reading = undefined;
    Promise.resolve().then(() => this.#moveOn()).catch((error) => this.#reject(error));
  }

  #moveOn() {
    const action = this.#moved;
    this.#moved = NONE;
    this.#follow(action);
  }

  /** Does what follows a stream's end: nothing, its error, or another send. */
  #follow(action) {
    const call = this.#call;
    this.#isTaken = false;
    if (!this.#failed) {
      this.#rest = call.ask(this.#take, "");
      if (action === DONE) call.end();
      else {
        call.reader.cancel().catch(ignore);
        if (action !== FAILED) return this.#goOn();
        this.#fail();
      }
    }
    return this.#advance();
  }

  /** The call goes on with another send. */
  #goOn() {
    const call = this.#call;
    const { onMoved } = call;
    call.hasGoneOn = true;
    call.onMoved = undefined;
    const onward = () => {
      call.onMoved = onMoved;
      call.waitingSince = Infinity;
      this.#advance();
    };
    const failed = (error) => {
      this.#failed = error;
      this.#advance();
    };
    call.run().then(onward, failed).catch((error) => this.#reject(error));
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
    call.reader.cancel().catch(ignore);
  }
}
