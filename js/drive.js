// The loop of one call: carries out what the core's steps say, and reports what happened. Decides nothing.

import { assembled } from "./body.js";
import { causeOf } from "./cause.js";
import { BAD_REPLY, BAD_REQUEST, BYTES, COMMIT, CONNECT, DONE, FAILED, NONE, SEND, WAIT } from "./codes.js";
import { errorOf, internal, RouterError } from "./errors.js";
import { readStart, TooLong } from "./platform/bytes.js";

/** How much of an error's body is read. */
const ERROR_BYTES = 64 * 1024;

/** What `Call.until` gives when the core has moved on in the meantime. */
const MOVED_ON = Symbol("moved on");

/** What is wrong with a send, in words that are no secret. The core redacts them once more. */
function describe(error) {
  const cause = error?.cause;
  const message = typeof error?.message === "string" ? error.message : String(error);
  const reason = cause?.code ?? cause?.message;
  return typeof reason === "string" ? `${message} (${reason})` : message;
}

/** An answer that comes after the core has moved on: a host's `fetch` need not honour its signal. */
function discard(sent) {
  sent.then((response) => response.body?.cancel()).catch(() => {});
}

/** A list of names and values in turn, as pairs. */
function* pairs(list) {
  for (let at = 0; at < list.length; at += 2) yield [list[at], list[at + 1]];
}

/** One running call. */
export class Call {
  /** When the core wants to be woken, in epoch milliseconds. */
  wakeAt = Infinity;
  /** The attempt that the caller sees, once there is one. */
  attempt = 0;
  /** Its response. @type {any} */
  response;
  /** Its body, if that was read whole. @type {any} */
  bytes;
  /** The body as an object, if it was parsed. @type {any} */
  value;
  /** The reader of its stream; the chunks held back until it committed, where they go on as they are. @type {any} */
  reader;
  /** @type {any} */
  held;
  /** What becomes of its stream's events. */
  output = BYTES;
  /** Since when its committed stream has been waited for; `Infinity` while nobody reads it. @type {number | undefined} */
  waitingSince;
  /** Events of its stream that did not parse, beside those that the core has counted. */
  skippedEvents = 0;
  /** Ends a stream that has said its last word, and tells whether it has. @type {(() => boolean) | undefined} */
  atRest;
  /** What to do when the core moves on after the commit. @type {((action: number) => void) | undefined} */
  onMoved;
  /** What is told of the call, once it is over. @type {any} */
  report;
  /** What the host's `fetch` threw last, if it may be shown. @type {unknown} */
  cause;

  #hub;
  /** The code of the step to carry out next; NONE while the core waits for an event. @type {number} */
  #action = NONE;
  /** What the present attempt was sent with. @type {Record<string, string>} */
  #headers = {};
  /** @type {AbortController | undefined} */
  #controller;
  /** @type {((value: typeof MOVED_ON) => void) | undefined} */
  #moveOn;
  #signal;
  #onAbort;
  #isOver = false;

  /**
   * @param {import("./hub.js").Hub} hub what the calls of a router share
   * @param {number} action the code of the call's first step
   * @param {{ surface: number, isStream: boolean, body: (target: any) => any, source: () => any, model?: string, objects?: boolean,
   *   parse?: (bytes: any) => unknown, signal?: AbortSignal | null, headers?: Record<string, string>, started: number }} plan
   */
  constructor(hub, action, plan) {
    this.#hub = hub;
    this.plan = plan;
    this.id = hub.core.coreCall();
    this.#step(action);
    hub.revalidate(plan.started);
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
      await this.#run();
    } catch (error) {
      if (error instanceof RouterError) throw error;
      // The core itself has failed, so it is not asked again.
      this.#letGo();
      throw internal(error);
    }
  }

  async #run() {
    for (;;) {
      switch (this.#action) {
        case SEND:
          await this.#send();
          break;
        case NONE:
        case WAIT:
          this.#action = NONE;
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
  }

  /** Ends what the call has set up around the core. */
  #letGo() {
    this.#isOver = true;
    this.#hub.alarm.clear(this);
    if (this.#onAbort) this.#signal.removeEventListener("abort", this.#onAbort);
    this.#abort();
  }

  /** Ends the call's timers and listeners, and frees its slot. What the metadata needs has been read before. */
  end() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hub.alarm.clear(this);
    if (this.#onAbort) this.#signal.removeEventListener("abort", this.#onAbort);
    this.report = this.plan.objects ? this.#hub.report(this) : this.#hub.brief(this);
    this.#hub.core.coreRelease(this.id);
    this.#hub.flush();
  }

  /** Throws if the caller or the clock ended the call after it committed, and before anybody watched it. */
  check() {
    if (this.#action === FAILED && !this.#isOver) throw this.fail();
  }

  get isOver() {
    return this.#isOver;
  }

  /** The call's error, as the core tells it. Ends the call. */
  fail() {
    this.#abort();
    const { core } = this.#hub;
    const fault = core.coreError(this.id) ?? { class: "InternalError", message: "the call ended without a reason" };
    const body = core.coreErrorBody(this.id);
    const attempts = this.#hub.attempts(this.id);
    this.end();
    const { call_id } = this.report;
    const cause = fault.class === "AbortError" ? this.#signal?.reason : this.cause;
    const deployment = attempts.at(-1)?.deployment ?? null;
    const error = errorOf(fault, { attempts, deployment, cause, callId: call_id });
    this.#hub.wire.set(error, body);
    return error;
  }

  /** The alarm rang, at `vouched` if it knows better than the clock. */
  wake(vouched) {
    if (this.#isOver || this.atRest?.()) return;
    const { core, now } = this.#hub;
    const moment = Math.max(now(), vouched ?? 0);
    // A reader that takes its time is no silence of the upstream.
    if (this.waitingSince !== undefined) core.coreAlive(this.id, this.attempt, Math.min(this.waitingSince, moment));
    this.#moved(core.coreTick(this.id, moment));
  }

  /** The caller does not want the answer any more. */
  cancel() {
    if (!this.#isOver) this.#moved(this.#hub.core.coreCancel(this.id, this.#hub.now()));
  }

  /** Takes a step that did not come out of the present send: it may end or replace it. */
  #moved(action) {
    const aborted = this.#hub.core.coreAbort();
    this.#step(action);
    if (aborted >= 0) this.#abort();
    if (action === NONE) return;
    if (this.onMoved) this.onMoved(action);
    else this.#moveOn?.(MOVED_ON);
  }

  #abort() {
    this.#controller?.abort();
    this.#controller = undefined;
  }

  /** Notes when the core wants to be woken. */
  #note() {
    const wakeAt = this.#hub.core.coreWakeAt();
    if (wakeAt === this.wakeAt) return;
    this.wakeAt = wakeAt;
    this.#hub.alarm.set(this, this.#hub.now());
  }

  /**
   * Takes the core's last step, in the turn that made it: the next one, of whichever call, takes its place.
   * @param {number} action its code
   */
  #step(action) {
    this.#note();
    if (action !== NONE) this.#action = action;
  }

  /** Waits for a promise, or until the core has moved on: a host's `fetch` need not honour its signal. */
  #until(promise) {
    return new Promise((resolve, reject) => {
      this.#moveOn = resolve;
      // A host's `fetch` may be no async function.
      Promise.resolve(promise).then(resolve, reject);
    });
  }

  /** Waits for the alarm or the caller. */
  #wait() {
    return new Promise((resolve) => {
      this.#moveOn = resolve;
    });
  }

  async #send() {
    const { core, now } = this.#hub;
    const attempt = core.coreAttempt(this.id);
    const target = this.#hub.target(core.coreAttemptDeployment(this.id, attempt), this.plan.surface);
    this.#headers = target.headers;
    this.#action = NONE;
    const controller = new AbortController();
    this.#controller = controller;
    let sentHeaders = this.plan.headers ? { ...this.plan.headers, ...target.headers } : target.headers;
    let body;
    try {
      if (target.translated) {
        const rewritten = this.#rewrite(attempt);
        if (rewritten === undefined) return undefined;
        body = rewritten.body;
        sentHeaders = { ...sentHeaders, ...rewritten.headers };
      } else body = this.plan.body(target);
    } catch (error) {
      // A request that is no JSON, such as one that goes in a circle, is wrong everywhere.
      this.cause = error;
      this.#step(core.coreFailed(this.id, attempt, BAD_REQUEST, describe(error), now()));
      return undefined;
    }
    try {
      const fetch = this.#hub.fetch ?? globalThis.fetch;
      const init = { method: "POST", headers: sentHeaders, body, signal: controller.signal, redirect: "manual" };
      const sent = fetch(target.url, /** @type {RequestInit} */ (init));
      const response = await this.#until(sent);
      if (this.#action !== NONE) return discard(sent);
      if (response.ok && this.plan.isStream) return await this.#stream(attempt, response);
      const headers = response.ok ? "" : this.#hub.headerLines(response.headers);
      this.#step(core.coreHead(this.id, attempt, response.status, headers, now()));
      if (this.#action !== NONE) return undefined;
      if (!response.ok) return await this.#refused(attempt, response);
      return await (target.translated ? this.#abroad(attempt, response) : this.#whole(attempt, response));
    } catch (error) {
      if (this.#action !== NONE || controller.signal.aborted) return undefined;
      this.cause = causeOf(error, this.#headers);
      const kind = error instanceof TooLong ? BAD_REPLY : CONNECT;
      return this.#step(core.coreFailed(this.id, attempt, kind, describe(error), now()));
    }
  }

  /** A head that is not 2xx: the beginning of its body says why. */
  async #refused(attempt, response) {
    const { core, now, window } = this.#hub;
    const body = await this.#until(readStart(response, ERROR_BYTES));
    if (this.#action !== NONE) return;
    const headers = this.#hub.headerLines(response.headers);
    const length = window.put(body);
    this.#step(core.coreRefused(this.id, attempt, response.status, headers, length, now()));
  }

  /** A whole answer. */
  async #whole(attempt, response) {
    const { core, now, platform, maxBodyBytes } = this.#hub;
    const body = await this.#until(platform.read(response, maxBodyBytes));
    if (this.#action !== NONE) return;
    this.#hub.scanReply(body);
    if (this.plan.parse) {
      try {
        this.value = this.plan.parse(body);
      } catch {
        const message = "the provider's answer is not valid JSON";
        this.#step(core.coreFailed(this.id, attempt, BAD_REPLY, message, now()));
        return;
      }
    }
    const action = core.coreAnswered(this.id, attempt, now());
    this.#step(action);
    if (action === DONE) {
      this.attempt = attempt;
      this.bytes = body;
      this.response = response;
    }
  }

  /** Writes the caller's request in the words of another provider; `undefined` if it cannot do what is asked. */
  #rewrite(attempt) {
    const { core, now } = this.#hub;
    const source = this.#hub.translate(this.plan.source());
    const action = core.coreRewrite(this.id, attempt, now());
    this.#step(action);
    if (action !== NONE) return undefined;
    const headers = Object.fromEntries(pairs(core.coreRewrittenHeaders()));
    return { headers, body: assembled(core.corePieces(), core.coreReply(), source) };
  }

  /** A whole answer in the words of another provider. */
  async #abroad(attempt, response) {
    const { core, now, platform, maxBodyBytes } = this.#hub;
    const read = await this.#until(platform.read(response, maxBodyBytes));
    if (this.#action !== NONE) return;
    const source = this.#hub.translate(read);
    core.coreReadAbroad(this.id, attempt, now());
    const body = assembled(core.corePieces(), core.coreReply(), source);
    try {
      // Of an answer that is none there is nothing to be parsed.
      if (this.plan.parse && body.length > 0) this.value = this.plan.parse(body);
    } catch {
      this.#step(core.coreFailed(this.id, attempt, BAD_REPLY, "the provider's answer is not valid JSON", now()));
      return;
    }
    const action = core.coreAnsweredAbroad(this.id, attempt, now());
    this.#step(action);
    if (action === DONE) {
      this.attempt = attempt;
      this.bytes = body;
      this.response = response;
    }
  }

  /** A stream: held back until it commits. */
  async #stream(attempt, response) {
    const { core, now } = this.#hub;
    const type = response.headers.get("content-type") ?? "";
    if (type.includes("json") || response.body === null) return this.#refused(attempt, response);
    this.response = response;
    this.attempt = attempt;
    this.held = [];
    this.output = core.coreStreamOutput(this.id, attempt);
    this.#step(core.coreHead(this.id, attempt, response.status, "", now()));
    // A stream that nobody watches is an answer by its head.
    if (this.#action === DONE) return;
    const reader = response.body.getReader();
    this.reader = reader;
    while (this.#action === NONE) {
      const read = await this.#until(reader.read());
      if (this.#action !== NONE) return;
      if (read.done) {
        this.#step(core.coreStreamEnd(this.id, attempt, 0, undefined, now()));
        return;
      }
      if (this.output === BYTES) this.held.push(read.value);
      this.push(read.value);
    }
  }

  /** Shows bytes of the stream to the core: the code of the step that follows. */
  push(bytes) {
    const { core, now, window } = this.#hub;
    let action = NONE;
    window.each(bytes, (length) => {
      if (action !== NONE && action !== COMMIT) return;
      const next = core.coreStreamBytes(this.id, this.attempt, length, now());
      if (next !== NONE) action = next;
    });
    if (action !== NONE) this.#step(action);
    return action;
  }

  /**
   * Reports the end of a committed stream: the code of the step that follows. The call itself is not ended yet: the
   * core may have more for the caller.
   * @param {Uint8Array | undefined} tail its last bytes, where the middle was not shown to the core
   * @param {unknown} [error] what the connection said, if it broke
   */
  ended(tail, error) {
    const { core, now, window } = this.#hub;
    if (error !== undefined) this.cause = causeOf(error, this.#headers);
    const length = tail ? window.put(tail) : 0;
    const broken = error === undefined ? undefined : describe(error);
    const action = core.coreStreamEnd(this.id, this.attempt, length, broken, now());
    this.#step(action);
    return action;
  }
}
