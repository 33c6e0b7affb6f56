// What one service has not been told yet: bounded, sent in batches, tried again a bounded number of times, dropped with
// a count.

import { post } from "./post.js";

/** So many calls wait, or are under way, at most. */
const MOST_CALLS = 2_048;

/** And so many bytes, as far as they are known before they are written. */
const MOST_BYTES = 16 * 1024 * 1024;

/** As much is sent at once, at most: a service has bounds of its own. */
const MOST_AT_ONCE = 1024 * 1024;

/** How often a call is sent before it is given up. */
const TRIES = 5;

/** The first wait after a send that failed, in milliseconds; each further one is twice as long. */
const FIRST_PAUSE_MS = 1_000;

/** No wait is longer, whatever the service asks for. */
const LONGEST_PAUSE_MS = 60_000;

/** After so long a send has failed, in milliseconds. */
const SEND_MS = 10_000;

/** Who drains and has not been heard of for so long beyond what it does, is gone: on workerd a request may vanish. */
const PATIENCE_MS = 15_000;

/** @typedef {import("./call.js").Told} Told */
/** @typedef {{ now: () => number, wait: (ms: number, signal?: AbortSignal) => Promise<unknown> }} Clock in epoch milliseconds */
/** @typedef {{ call: Told, tries: number, count: number }} Item `count`: of calls that it stands for */
/** @typedef {{ items: Item[], until: number, landed: Promise<unknown> }} Flight what is under way, and when it is given up */

export class Queue {
  #lane;
  #clock;
  #fetchOf;
  /** @type {Item[]} */
  #waiting = [];
  /** Of all that waits or is under way. */
  #bytes = 0;
  /** @type {Set<Flight>} */
  #flights = new Set();
  /** Until then somebody drains. */
  #lease = 0;
  /** Nothing is sent before: a send has failed. */
  #pausedUntil = 0;
  /** Nothing is sent before, unless somebody flushes: a message has just been sent. */
  #pacedUntil = 0;
  /** Sends that have failed in a row. */
  #failures = 0;
  /** So many calls are sent at once: fewer, after a service has found them too many. */
  #most;
  #counts = { delivered: 0, dropped: 0, failed_sends: 0 };
  /** @type {string | null} */
  #lastError = null;

  /**
   * @param {import("./outlets.js").Lane} lane
   * @param {Clock} clock
   * @param {() => typeof fetch} fetchOf
   */
  constructor(lane, clock, fetchOf) {
    this.#lane = lane;
    this.#clock = clock;
    this.#fetchOf = fetchOf;
    this.#most = lane.most;
  }

  /** Takes a call. Where there is no room, the oldest makes some. @param {Told} call */
  push(call) {
    const last = this.#waiting.at(-1);
    if (this.#lane.sums && last) {
      last.count += 1;
      return;
    }
    this.#waiting.push({ call, tries: 0, count: 1 });
    this.#bytes += call.bytes;
    while (this.#waiting.length > 0 && (this.#size() > MOST_CALLS || this.#bytes > MOST_BYTES)) {
      this.#drop(this.#waiting.splice(0, 1));
    }
  }

  #size() {
    let size = this.#waiting.length;
    for (const { items } of this.#flights) size += items.length;
    return size;
  }

  /** What waits, or is under way. */
  #held() {
    return [...this.#flights].reduce((held, { items }) => held.concat(items), this.#waiting);
  }

  /** @param {Item[]} items */
  #drop(items) {
    this.#counts.dropped += callsIn(items);
    this.#forget(items);
  }

  /** @param {Item[]} items */
  #forget(items) {
    for (const { call } of items) this.#bytes -= call.bytes;
  }

  /** Sends what waits, unless somebody does already. Never rejects. */
  async drain() {
    const now = this.#clock.now();
    this.#giveBack(now);
    if (now < this.#lease) return;
    await this.#run(false);
  }

  /**
   * Sends what waits, at once.
   * @param {boolean} mayWait also for what others have begun
   */
  async flush(mayWait) {
    this.#giveBack(this.#clock.now());
    await this.#run(true);
    if (!mayWait) return;
    while (this.#flights.size > 0) {
      await Promise.all([...this.#flights].map(({ landed }) => landed));
      // What has failed there waits again.
      await this.#run(true);
    }
  }

  /** @param {boolean} isFlush */
  #run(isFlush) {
    return this.#send(isFlush).catch(() => {});
  }

  /** Sends batch after batch, until nothing is left. @param {boolean} isFlush */
  async #send(isFlush) {
    while (this.#waiting.length > 0) {
      const until = isFlush ? this.#pausedUntil : Math.max(this.#pausedUntil, this.#pacedUntil);
      const pause = until - this.#clock.now();
      this.#lease = this.#clock.now() + Math.max(pause, SEND_MS) + PATIENCE_MS;
      if (pause > 0) {
        await this.#clock.wait(pause);
        continue;
      }
      const items = this.#take();
      const landed = this.#deliver(items);
      const flight = { items, until: this.#lease, landed };
      this.#flights.add(flight);
      const outcome = await landed;
      // It took so long that somebody else has it now.
      if (!this.#flights.delete(flight)) continue;
      this.#settle(items, outcome);
    }
    this.#lease = 0;
  }

  /** The next batch. */
  #take() {
    let count = 0;
    for (let bytes = 0; count < this.#most && count < this.#waiting.length; count += 1) {
      bytes += this.#waiting[count].call.bytes;
      if (count > 0 && bytes > MOST_AT_ONCE) break;
    }
    return this.#waiting.splice(0, count);
  }

  /** @param {Item[]} items @returns {Promise<import("./post.js").Outcome>} */
  async #deliver(items) {
    let body;
    try {
      body = this.#lane.body(items.map(({ call }) => call));
    } catch {
      return { is: "refused", why: "encoding" };
    }
    if (body === undefined) return { is: "done" };
    const { url, headers } = this.#lane;
    return post(this.#fetchOf(), url, headers, body, SEND_MS, this.#clock);
  }

  /** @param {Item[]} items @param {import("./post.js").Outcome} outcome */
  #settle(items, outcome) {
    if (outcome.is === "done") {
      this.#counts.delivered += callsIn(items);
      this.#failures = 0;
      this.#pacedUntil = this.#clock.now() + (this.#lane.everyMs ?? 0);
      this.#most = Math.min(this.#most * 2, this.#lane.most);
      this.#forget(items);
      return;
    }
    this.#counts.failed_sends += 1;
    this.#lastError = outcome.why;
    if (outcome.is === "too large" && items.length > 1) {
      this.#most = Math.ceil(items.length / 2);
      this.#waiting.unshift(...items);
      return;
    }
    if (outcome.is !== "later") {
      this.#drop(items);
      return;
    }
    for (const item of items) item.tries += 1;
    this.#drop(items.filter(({ tries }) => tries >= TRIES));
    this.#waiting.unshift(...items.filter(({ tries }) => tries < TRIES));
    const usual = FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 10);
    this.#failures += 1;
    this.#pausedUntil = this.#clock.now() + Math.min(Math.max(usual, outcome.afterMs ?? 0), LONGEST_PAUSE_MS);
  }

  /** What is under way and will not come back is sent again. @param {number} now */
  #giveBack(now) {
    for (const flight of this.#flights) {
      if (now < flight.until) continue;
      this.#flights.delete(flight);
      this.#settle(flight.items, { is: "later", why: "vanished" });
    }
  }

  stats() {
    return { queued: callsIn(this.#held()), ...this.#counts, last_error: this.#lastError };
  }
}

/** @param {Item[]} items */
const callsIn = (items) => items.reduce((sum, { count }) => sum + count, 0);
