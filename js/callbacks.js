// What is told of calls that are over to the services that the config's callbacks name. Here is only what stands beside a
// call: one look at its end, and the promise to tell of it. All else is loaded when there is something to tell.

import { Recording } from "./recording.js";

/** So many calls are told without waiting for more. */
const BATCH = 256;

/** So long calls are collected before they are told, in milliseconds. */
const AGE_MS = 1_000;

/** So many wait at most for what tells them; of more only the number is kept. */
const MOST = 2_048;

/** Who has promised to tell and has not by then never will: on workerd a request may vanish with its promise. */
const PATIENCE_MS = 15_000;

/**
 * One call that is over, as the driver knows it.
 * @typedef {object} Over
 * @property {any} report what is told of it in the metadata
 * @property {{ surface: number, isStream: boolean, started: number, about?: About }} plan
 * @property {{ class: string, status: number } | undefined} fault how it failed, if it did
 */

/**
 * What a program says about a call, and what is said in it.
 * @typedef {object} About
 * @property {any} [metadata] the request's, as LiteLLM's users write it
 * @property {unknown} [tags]
 * @property {unknown} [sessionId]
 * @property {string} [traceparent] of the W3C's trace context: what the call is a part of
 * @property {Recording} [recording]
 */

/** A request that is no JSON, such as one that goes in a circle, is not recorded: the send says what is wrong with it. */
function recordingOf(request) {
  try {
    return new Recording(request());
  } catch {
    return undefined;
  }
}

export class Callbacks {
  #hub;
  #host;
  #load;
  /** What the core has told last, as a text to compare with. */
  #told = "";
  /** @type {any} */
  #config = { exporters: [] };
  /** @type {Over[]} */
  #calls = [];
  /** Calls that found no room here. */
  #lost = 0;
  /** How often what tells could not be loaded. */
  #failures = 0;
  /** Until then somebody has promised to tell, in epoch milliseconds. */
  #promised = 0;
  #records = false;
  /** @type {Set<any>} */
  #timers = new Set();
  /** How many wait for `flush`. */
  #flushes = 0;
  /** @type {any} */
  #outlets;

  /**
   * @param {import("./hub.js").Hub} hub
   * @param {any} host what the program gives
   * @param {() => any} load loads what tells: the exports of `callbacks/outlets.js`
   */
  constructor(hub, host, load) {
    this.#hub = hub;
    this.#host = host;
    this.#load = load;
    hub.outbox = this;
  }

  /**
   * Takes what the config says. What was collected for who is not named any more is still told.
   * @param {any} config as the core tells it
   */
  configure(config) {
    const told = JSON.stringify(config);
    if (told === this.#told) return;
    this.#told = told;
    this.#config = config;
    this.#records = this.#host.recordContent === true && !config.contentOff;
    this.#outlets?.configure(config, this.#calls.splice(0));
    this.#hub.callbacks = config.exporters.length > 0 ? this : undefined;
  }

  /**
   * What is to be known of a call that begins, beside what the router knows.
   * @param {About} said
   * @param {() => string} request as JSON; asked for only where content is recorded
   * @returns {About | undefined}
   */
  about(said, request) {
    if (this.#records) return { ...said, recording: recordingOf(request) };
    return said.metadata || said.tags || said.sessionId || said.traceparent ? said : undefined;
  }

  /**
   * A call is over. Called while the core still knows it.
   * @param {any} call
   */
  note(call) {
    const { plan, report, fault } = call;
    // Nobody has asked for it.
    if (plan.isProbe) return;
    if (this.#calls.length >= MOST) {
      this.#lost += 1;
      return;
    }
    plan.about?.recording?.end(call.bytes);
    this.#calls.push({ report, plan: { surface: plan.surface, isStream: plan.isStream, started: plan.started, about: plan.about }, fault });
    const now = plan.started + report.latency.total_ms;
    const isFull = this.#calls.length % BATCH === 0;
    if (!isFull && now < this.#promised) return;
    const ms = isFull ? 0 : AGE_MS;
    this.#promised = now + ms + PATIENCE_MS;
    // On workerd whatever is to be done after the answer belongs to a request.
    this.#hub.outlive(this.#tell(ms));
  }

  /** Tells what is there after a while. Never rejects. @param {number} ms */
  async #tell(ms) {
    await this.#wait(ms);
    const outlets = await this.#ready();
    this.#promised = 0;
    await outlets?.tell(this.#calls.splice(0)).catch(this.#onFailure);
  }

  #onFailure = () => {
    this.#failures += 1;
  };

  /** What tells; `undefined` where it cannot be loaded now. */
  async #ready() {
    try {
      if (!this.#outlets) {
        // Each for itself: on workerd nobody waits for what another request loads.
        const { Outlets } = await this.#load();
        this.#outlets ??= new Outlets(this.#config, this.#clock(), () => this.#host.callbackFetch ?? globalThis.fetch);
      }
    } catch {
      this.#failures += 1;
    }
    return this.#outlets;
  }

  /** The time as the router knows it. */
  #clock() {
    return { now: this.#hub.now, wait: (ms, signal) => this.#wait(ms, signal) };
  }

  /**
   * Waits, unless the signal fires: then it need not end. The process stays for it only while somebody waits for `flush`.
   * @param {number} ms
   * @param {AbortSignal} [signal]
   */
  #wait(ms, signal) {
    const { sleep } = this.#hub;
    if (sleep) return Promise.resolve(sleep(ms, signal ?? new AbortController().signal)).catch(() => {});
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#timers.delete(timer);
      };
      /** @type {any} */
      const timer = setTimeout(() => {
        end();
        resolve(undefined);
      }, ms);
      this.#timers.add(timer);
      if (this.#flushes === 0) timer.unref?.();
      signal?.addEventListener("abort", end, { once: true });
    });
  }

  /** Resolves when everything was told, or given up. */
  async flush() {
    if (this.#calls.length === 0 && !this.#outlets) return;
    this.#flushes += 1;
    for (const timer of this.#timers) timer.ref?.();
    const outlets = await this.#ready();
    await outlets?.flush(this.#calls.splice(0), this.#hub.platform.waitUntil === undefined).catch(this.#onFailure);
    this.#flushes -= 1;
    if (this.#flushes > 0) return;
    for (const timer of this.#timers) timer.unref?.();
  }

  /** How far the telling has come, for each who is told. */
  stats() {
    const known = this.#outlets?.stats() ?? this.#config.exporters.map(({ name }) => ({
      name, signal: null, queued: 0, delivered: 0, dropped: 0, failed_sends: this.#failures, last_error: null,
    }));
    return known.map((stats) => ({ ...stats, queued: stats.queued + this.#calls.length, dropped: stats.dropped + this.#lost }));
  }
}
