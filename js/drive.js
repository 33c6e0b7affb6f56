// The loop of one call: carries out what the core's steps say, and reports what happened. Decides nothing.

import { QUESTIONS } from "./ask.js";
import { causeOf, describe } from "./cause.js";
import { ASK, BYTES, COMMIT, DONE, FAILED, FILTER, NONE, OVER, RANK, RESERVE, SECOND, SEND, WAIT } from "./codes.js";
import { errorOf, internal, RouterError } from "./errors.js";
import { Rival } from "./rival.js";
import { MOVED_ON, send } from "./send.js";

/** One running call. */
export class Call {
  /** When the core wants to be woken, in epoch milliseconds. */
  wakeAt = Infinity;
  /** What is public of the deployment of the last send, and of each when it was made: another model may be behind it by now. @type {any} */
  deployment = null;
  sends = /** @type {any[]} */ ([]);
  /** The attempt that the caller sees, once there is one. */
  attempt = 0;
  /** Its response. @type {any} */
  response;
  /** Its body, if that was read whole. @type {any} */
  bytes;
  /** The body as an object, if it was parsed. @type {any} */
  value;
  /** The reader of its stream. @type {any} */
  reader;
  /** The chunks held back until it committed, where they go on as they are. @type {any} */
  held;
  /** What becomes of its stream's events. */
  output = BYTES;
  /** Since when its committed stream has been waited for; `Infinity` while nobody reads it. @type {number | undefined} */
  waitingSince;
  /** Events of its stream that did not parse, beside those that the core has counted. */
  skippedEvents = 0;
  /** Ends a stream that has said its last word, and tells whether it has. @type {(() => boolean) | undefined} */
  atRest;
  /** Has the caller been given a part of a stream that another one follows? */
  hasGoneOn = false;
  /** What to do when the core moves on after the commit. @type {((action: number) => void) | undefined} */
  onMoved;
  /** What is told of the call, once it is over, or its headers are. @type {any} */
  report;
  /** How it failed, as the core tells it, if it did. @type {any} */
  fault;
  /** What the host's `fetch` threw last, if it may be shown. @type {unknown} */
  cause;

  /** The code of the step to carry out next; NONE while the core waits for an event. @type {number} */
  action = NONE;
  /** What the present attempt was sent with. @type {Record<string, string>} */
  headers = {};
  /** What breaks off the present send. @type {AbortController | undefined} */
  controller;
  /** Wakes whoever waits for the present send. @type {((value: typeof MOVED_ON) => void) | undefined} */
  moveOn;
  /** The second send, while it is under way. @type {Rival | undefined} */
  rival;

  #hub;
  /** The number of the send to make next. */
  #sendAs = 0;
  /** How often the host was asked, and when it is not waited for any more. */
  #questions = 0;
  #askedUntil = Infinity;
  #signal;
  #onAbort;
  #isOver = false;
  /** Why the core itself failed, if it did. @type {Error | undefined} */
  #crash;
  /** @type {RouterError | undefined} */
  #error;

  /**
   * @param {import("./hub.js").Hub} hub what the calls of a router share
   * @param {number} action the code of the call's first step
   * @param {{ surface: number, isStream: boolean, body: (target: any) => any, source: () => any, model?: string, objects?: boolean, request?: any, steering?: any,
   *   parse?: (bytes: any) => unknown, steers: boolean, explains?: boolean, keeps?: boolean, isProbe?: boolean, signal?: AbortSignal | null, waitUntil?: (promise: Promise<unknown>) => void, headers?: Record<string, string>, started: number,
   *   about?: import("./callbacks.js").About }} plan
   */
  constructor(hub, action, plan) {
    this.#hub = hub;
    /** The core that the call runs in. After a trap the hub has another one, which does not know this call. */
    this.core = hub.core;
    this.plan = plan;
    this.id = this.core.coreCall();
    this.step(action);
    const { signal } = plan;
    this.#signal = signal;
    if (signal) {
      this.#onAbort = () => this.cancel();
      signal.addEventListener("abort", this.#onAbort);
      if (signal.aborted) this.cancel();
    }
  }

  /** Runs until the caller may see something: a whole answer, or a committed stream. Throws the call's error. */
  async run() {
    try {
      for (;;) {
        switch (this.action) {
          case SEND:
            this.action = NONE;
            await send(this, this.#hub, this.#sendAs);
            break;
          case ASK: case RANK: case FILTER:
            this.#askHost(QUESTIONS[this.action]);
            break;
          case RESERVE:
            this.action = NONE;
            this.#hub.reserve(this);
            break;
          case NONE: case WAIT:
            this.action = NONE;
            await this.#wait();
            break;
          case COMMIT:
            return;
          case DONE:
            this.end();
            return;
          default:
            throw this.fail();
        }
      }
    } catch (error) {
      throw error instanceof RouterError ? error : this.crashed(error);
    }
  }

  /** Asks the host. An answer that comes after the core has moved on answers nothing. */
  #askHost(question) {
    this.action = NONE;
    const number = (this.#questions += 1);
    let isOpen = true;
    question(this.#hub, this, (event) => {
      isOpen = false;
      if (number === this.#questions && !this.#isOver) this.#moved((core, id) => event(core, id, this.#hub.now()));
    });
    if (isOpen) this.#note(this.#askedUntil);
  }

  /** The store has said something about a place, perhaps to nobody: the core knows whether it still matters. */
  reserved(answer) {
    const event = (core) => answer(core, this.#hub.now());
    if (!this.#isOver) return this.#moved(event);
    this.ask(event, undefined);
    // What it gives back is told: no send will.
    return this.ask(() => this.#hub.share(), undefined);
  }

  /** Ends what the call has set up around the core. */
  #letGo() {
    this.#isOver = true;
    this.#hub.alarm.clear(this);
    if (this.#onAbort) this.#signal.removeEventListener("abort", this.#onAbort);
  }

  /** The core itself has failed, so it is not asked again. */
  crashed(error) {
    this.#crash ??= internal(error);
    this.fault ??= { class: "InternalError", status: 500 };
    // What the headers of a stream over `fetch` were made of is not how it has ended.
    if (!this.#isOver || !this.report) this.report = this.#hub.lost(this);
    if (!this.#isOver) this.#hub.callbacks?.note(this);
    this.#letGo();
    this.#abort();
    this.#hub.survive(error);
    this.action = FAILED;
    this.moveOn?.(MOVED_ON);
    return this.#crash;
  }

  /**
   * Asks the core, which may fail: then `otherwise` is the answer.
   * @template T
   * @param {(core: any, id: number) => T} question
   * @param {T} otherwise
   */
  ask(question, otherwise) {
    if (this.#crash) return otherwise;
    try {
      return question(this.core, this.id);
    } catch (error) {
      this.crashed(error);
      return otherwise;
    }
  }

  /** Ends the call's timers and listeners, and frees its slot. What the metadata needs has been read before. */
  end() {
    if (this.#isOver) return;
    this.#letGo();
    const { callbacks } = this.#hub;
    const { objects, keeps } = this.plan;
    this.ask((core, id) => {
      // Of a stream over `fetch` all that anybody looks at is told by then.
      if (!this.report || objects || keeps || callbacks || this.fault) this.report = this.#hub.report(this);
      callbacks?.note(this);
      core.coreRelease(id);
      this.#hub.share();
      this.#hub.keep();
    }, undefined);
    if (this.plan.waitUntil) this.#hub.outlive(this.#hub.flushAll(), this.plan.waitUntil);
  }

  /** Throws if the caller or the clock ended the call after it committed, and before anybody watched it. */
  check() {
    if (this.action === FAILED && !this.#isOver) throw this.fail();
  }

  /** Has the core itself failed? */
  get hasCrashed() {
    return this.#crash !== undefined;
  }

  get isOver() {
    return this.#isOver;
  }

  /** Has it ended with an answer? */
  get isAnswered() {
    return this.#isOver && this.action === DONE && !this.hasCrashed;
  }

  /** The call's error, as the core tells it. Ends the call; it is the same however often it is asked for. */
  fail() {
    if (this.#error) return this.#error;
    this.#abort();
    const told = this.ask((core, id) => {
      const fault = core.coreError(id) ?? { class: "InternalError", message: "the call ended without a reason" };
      return { fault, body: core.coreErrorBody(id) };
    }, undefined);
    this.fault = told?.fault;
    this.end();
    if (!told || this.#crash) return this.#crash ?? internal(undefined);
    const { fault, body } = told;
    const { call_id, decision, attempts } = this.report;
    const cause = fault.class === "AbortError" ? this.#signal?.reason : this.cause;
    const deployment = attempts.at(-1)?.deployment ?? null;
    const error = errorOf(fault, { attempts, deployment, cause, callId: call_id, decision });
    this.#hub.wire.set(error, body);
    this.#error = error;
    return error;
  }

  /** The alarm rang, at `vouched` if it knows better than the clock. */
  wake(vouched) {
    if (this.#isOver || this.atRest?.()) return;
    // The alarm is set anew even for the same moment: by a clock that was set back, it is still to come.
    this.wakeAt = Infinity;
    const moment = Math.max(this.#hub.now(), vouched ?? 0);
    this.#moved((core, id) => {
      // A reader that takes its time is no silence of the upstream.
      if (this.waitingSince !== undefined) core.coreAlive(id, this.attempt, Math.min(this.waitingSince, moment));
      return core.coreTick(id, moment);
    });
  }

  /** The caller does not want the answer any more. */
  cancel() {
    if (!this.#isOver) this.#moved((core, id) => core.coreCancel(id, this.#hub.now()));
  }

  /** Takes a step that did not come out of the present send: it may end or replace it. */
  #moved(event) {
    const action = this.ask((core, id) => {
      const action = event(core, id);
      this.#giveUp();
      if (action === SECOND) {
        this.#note();
        this.rival = new Rival(this, core.coreAttempt(id));
      } else this.step(action);
      return action;
    }, FAILED);
    if (action === NONE) return;
    if (action === SECOND) this.rival?.run(this.#hub);
    else if (this.onMoved) this.onMoved(action);
    else this.moveOn?.(MOVED_ON);
  }

  /** Gives up the sends that the core's last step names. */
  #giveUp() {
    const { core } = this;
    for (let lost = core.coreAbort(); lost >= 0; lost = core.coreAbort()) {
      const { rival } = this;
      if (rival !== undefined && lost === rival.attempt) {
        rival.giveUp();
        this.rival = undefined;
      } else {
        this.controller?.abort();
        this.controller = undefined;
      }
    }
  }

  /** What breaks off the present send. It knows nothing of the call, so that it may outlive it. */
  get breakOff() {
    const { controller } = this;
    return (reason) => controller?.abort(reason);
  }

  #abort() {
    this.controller?.abort();
    this.controller = undefined;
    this.rival?.giveUp();
    this.rival = undefined;
  }

  /** Is there another send that may go on where one fails? */
  get hasCompany() {
    return this.rival !== undefined;
  }

  /** Takes a step that came out of the second send: with an answer, that is the send of the call from here on. */
  stepOf(rival, action) {
    if (rival.cause !== undefined) this.cause = rival.cause;
    this.step(action);
    if (action === NONE) return;
    this.rival = undefined;
    if (action === COMMIT || action === DONE) {
      const { attempt, deployment, response, bytes, value, reader, held, output, headers, controller } = rival;
      Object.assign(this, { attempt, deployment, response, bytes, value, reader, held, output, headers, controller });
    }
    this.moveOn?.(MOVED_ON);
  }

  /** The second send has come to its end. */
  dismiss(rival) {
    if (this.rival === rival) this.rival = undefined;
  }

  /** Notes when the core wants to be woken. */
  #note(wakeAt = this.core.coreWakeAt()) {
    if (wakeAt === this.wakeAt) return;
    this.wakeAt = wakeAt;
    this.#hub.alarm.set(this, this.#hub.now());
  }

  /**
   * Takes the core's last step, in the turn that made it: the next one, of whichever call, takes its place.
   * @param {number} action its code
   */
  step(action) {
    // Most hosts answer at once: then no alarm is set for them.
    if (action in QUESTIONS) this.#askedUntil = this.core.coreWakeAt();
    else this.#note();
    if (this.#hub.events.isOn) this.#hub.events.note();
    if (this.rival !== undefined) this.#giveUp();
    if (action === SEND) this.#sendAs = this.core.coreAttempt(this.id);
    if (action !== NONE) this.action = action;
  }

  /** Waits for the alarm or the caller. */
  #wait() {
    return new Promise((resolve) => {
      this.moveOn = resolve;
    });
  }

  /**
   * Shows bytes of the stream to the core: the code of the step that follows.
   * @param {Uint8Array} bytes
   * @param {import("./send.js").Sender} sender whose stream it is
   */
  push(bytes, sender = this) {
    return this.ask((core, id) => {
      const { now, window } = this.#hub;
      let action = NONE;
      window.each(bytes, (length) => {
        if (action !== NONE && action !== COMMIT) return;
        const next = core.coreStreamBytes(id, sender.attempt, length, now());
        // The bytes that follow may make another step.
        if (next !== NONE && this.rival !== undefined) this.#giveUp();
        // That a stream has ended is seen again when it is read on.
        if (next !== NONE && !(next === OVER && action === COMMIT)) action = next;
      });
      if (action !== NONE && action !== OVER) sender.step(action);
      return action;
    }, FAILED);
  }

  /**
   * Reports the end of a committed stream: the code of the step that follows. The call itself is not ended yet: the
   * core may have more for the caller.
   * @param {Uint8Array | undefined} tail its last bytes, where the middle was not shown to the core
   * @param {unknown} [error] what the connection said, if it broke
   */
  ended(tail, error) {
    if (error !== undefined) this.cause = causeOf(error, this.headers);
    return this.ask((core, id) => {
      const { now, window } = this.#hub;
      const length = tail ? window.put(tail) : 0;
      const broken = error === undefined ? undefined : describe(error);
      const action = core.coreStreamEnd(id, this.attempt, length, broken, now());
      this.step(action);
      return action;
    }, FAILED);
  }
}
