// When to look at a call again. Which kind of timer is cheapest differs by runtime; what happens then does not.

/** A timer can wait no longer than this; a later moment is waited for in parts. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * @typedef {object} Sleeper What an alarm wakes.
 * @property {number} wakeAt in epoch milliseconds; infinity for never
 * @property {(now?: number) => void} wake `now`: the moment that the alarm vouches for
 */

/**
 * One timer for all calls of a router: most calls end long before their deadline, so a timer each would be set and
 * cleared for nothing. The timer keeps the process alive only while calls run.
 */
export class SharedAlarm {
  /** @type {Set<Sleeper>} */
  #sleepers = new Set();
  /** @type {any} */
  #timer;
  #due = Infinity;
  #now;

  /** @param {() => number} now the clock that `wakeAt` is told in */
  constructor(now) {
    this.#now = now;
  }

  /**
   * @param {Sleeper} sleeper
   * @param {number} now
   */
  set(sleeper, now) {
    this.#sleepers.add(sleeper);
    if (sleeper.wakeAt < this.#due) this.#arm(sleeper.wakeAt, now);
    else if (this.#sleepers.size === 1) this.#timer?.ref?.();
  }

  /** @param {Sleeper} sleeper */
  clear(sleeper) {
    if (this.#sleepers.delete(sleeper) && this.#sleepers.size === 0) this.#timer?.unref?.();
  }

  /**
   * @param {number} due
   * @param {number} now
   */
  #arm(due, now) {
    clearTimeout(this.#timer);
    this.#due = due;
    // A millisecond more than asked for: timers may fire a little early, and would find nobody due.
    this.#timer = setTimeout(() => this.#ring(), Math.min(Math.max(due - now, 0) + 1, LONGEST_MS));
  }

  #ring() {
    const now = this.#now();
    this.#due = Infinity;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.wakeAt <= now) sleeper.wake();
    }
    let due = Infinity;
    for (const sleeper of this.#sleepers) due = Math.min(due, sleeper.wakeAt);
    if (due < this.#due) this.#arm(due, now);
  }
}

/** A timer of a call waits no longer than this, so that one which does not ring tells that its request is gone. */
const BEAT_MS = 10_000;

/** So late a timer may be where much is going on. */
const LATE_MS = 5_000;

/** How often it is looked for such as have not rung. */
const LOOK_MS = 1_000;

/** A timer per call: on workerd a timer belongs to the request that set it, and never rings once that has vanished. */
export class OwnAlarm {
  /**
   * `until`: when the sleeper is to be woken; `rings`: when its timer rings, which may be sooner. Both by the runtime's
   * clock, whatever the host's: it is the one that its timers go by.
   * @type {Map<Sleeper, { timer: any, due: number, until: number, rings: number }>}
   */
  #timers = new Map();
  #lookAt = -Infinity;

  /**
   * @param {Sleeper} sleeper
   * @param {number} now
   */
  set(sleeper, now) {
    const due = sleeper.wakeAt;
    const known = this.#timers.get(sleeper);
    if (known?.due === due) return;
    const until = Date.now() + Math.max(due - now, 0);
    // A timer that rings too soon is set anew then, and most calls are over before: each setting costs them 10 µs.
    if (known && known.rings <= until) Object.assign(known, { due, until });
    else {
      if (known) clearTimeout(known.timer);
      this.#arm(sleeper, due, until);
    }
  }

  /**
   * @param {Sleeper} sleeper
   * @param {number} due
   * @param {number} until infinity for a sleeper that only beats
   */
  #arm(sleeper, due, until) {
    const now = Date.now();
    const ms = Math.max(Math.min(until - now, BEAT_MS), 0);
    const one = { timer: setTimeout(() => this.#ring(sleeper, one), ms + 1), due, until, rings: now + ms };
    this.#timers.set(sleeper, one);
  }

  #ring(sleeper, { due, until }) {
    if (Date.now() < until) return this.#arm(sleeper, due, until);
    this.#timers.delete(sleeper);
    return sleeper.wake();
  }

  /** @param {Sleeper} sleeper */
  clear(sleeper) {
    const known = this.#timers.get(sleeper);
    if (!known) return;
    clearTimeout(known.timer);
    this.#timers.delete(sleeper);
  }

  /** Is there one that should have rung long ago? Looked for now and then. */
  get isMissed() {
    const now = Date.now();
    if (Math.abs(now - this.#lookAt) < LOOK_MS) return false;
    this.#lookAt = now;
    return this.#late(now).length > 0;
  }

  /**
   * Gives up those whose request has vanished. Who lives rings first: that was due before.
   * @returns {Promise<Sleeper[]>}
   */
  async lost() {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const lost = this.#late(Date.now());
    // Its timer is that of another request: it is left alone.
    for (const sleeper of lost) this.#timers.delete(sleeper);
    return lost;
  }

  /** @param {number} now */
  #late(now) {
    return [...this.#timers].filter(([, { rings }]) => rings + LATE_MS < now).map(([sleeper]) => sleeper);
  }
}

/** The host's own sleep, for tests in virtual time: when it resolves, that moment has come. */
export class HostAlarm {
  /** @type {Map<Sleeper, AbortController>} */
  #sleeps = new Map();
  #sleep;

  /** @param {(ms: number, signal: AbortSignal) => Promise<unknown>} sleep */
  constructor(sleep) {
    this.#sleep = sleep;
  }

  /**
   * @param {Sleeper} sleeper
   * @param {number} now
   */
  set(sleeper, now) {
    this.clear(sleeper);
    if (sleeper.wakeAt === Infinity) return;
    const due = sleeper.wakeAt;
    const controller = new AbortController();
    this.#sleeps.set(sleeper, controller);
    const woken = () => {
      if (this.#sleeps.get(sleeper) !== controller) return;
      this.#sleeps.delete(sleeper);
      sleeper.wake(due);
    };
    // A sleep that fails must not leave a call without its time limits.
    this.#sleep(Math.max(sleeper.wakeAt - now, 0), controller.signal).then(woken, woken);
  }

  /** @param {Sleeper} sleeper */
  clear(sleeper) {
    this.#sleeps.get(sleeper)?.abort();
    this.#sleeps.delete(sleeper);
  }
}
