// What happens, told to who listens. The core keeps events only while somebody does; they are delivered in a turn of their
// own, when nothing of the core is running, so that a listener may call the router.

import { internal } from "./errors.js";

/** The events of the contract, by name; "*" is all of them. */
export const EVENTS = new Set([
  "request_start", "deployment_selected", "attempt_start", "first_token", "attempt_end", "retry", "fallback",
  "cooldown_open", "cooldown_half_open", "cooldown_close", "hook_failed", "request_end",
]);

/** Who listens to one router. */
export class Events {
  /** Does anybody listen? */
  isOn = false;
  /** How often a listener has thrown, or its promise was rejected. Nothing else follows from it. */
  failures = 0;
  #hub;
  /** @type {Set<{ event: string, listener: (event: any) => unknown }>} */
  #listeners = new Set();
  #isDue = false;

  /** @param {import("./hub.js").Hub} hub */
  constructor(hub) {
    this.#hub = hub;
  }

  /**
   * @param {string} event the name of one, or "*"
   * @param {(event: any) => unknown} listener
   * @returns {() => void} takes the listener off
   */
  on(event, listener) {
    if (event !== "*" && !EVENTS.has(event)) {
      throw new TypeError(`there is no event "${String(event).slice(0, 100)}"; there are "*", ${[...EVENTS].join(", ")}`);
    }
    if (typeof listener !== "function") throw new TypeError("a listener is a function");
    const entry = { event, listener };
    this.#listeners.add(entry);
    try {
      this.#listen();
    } catch (error) {
      this.#hub.survive(error);
      throw internal(error);
    }
    return () => {
      this.#listeners.delete(entry);
      try {
        this.#listen();
      } catch {
        // A router that was freed tells nothing anyway.
      }
    };
  }

  /** The core is to keep events as long as there are listeners. */
  #listen() {
    const isOn = this.#listeners.size > 0;
    if (isOn === this.isOn) return;
    this.isOn = isOn;
    this.#hub.core.coreListen(isOn);
  }

  /** Something may have happened: it is told as soon as nothing else runs. */
  note() {
    if (!this.isOn || this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => this.#tell());
  }

  /** The host was asked something before the core knew of a call, in vain. */
  hookFailed(hook) {
    if (!this.isOn) return;
    const event = { type: "hook_failed", at: this.#hub.now(), call_id: null, model_group: null, deployment: null, hook };
    queueMicrotask(() => this.#deliver(event));
  }

  #tell() {
    this.#isDue = false;
    let events;
    try {
      events = JSON.parse(this.#hub.core.coreEvents());
      for (const event of events) {
        if (event.call_id !== null) event.call_id = this.#hub.prefix() + event.call_id;
        if (event.shadow_of !== undefined) event.shadow_of = this.#hub.prefix() + event.shadow_of;
      }
    } catch {
      // The core has trapped, or the router was freed in between: what it knew is gone.
      return;
    }
    for (const event of events) this.#deliver(event);
  }

  /** @param {any} event */
  #deliver(event) {
    // All listeners get the same object.
    if (event.usage) Object.freeze(event.usage);
    Object.freeze(event);
    // Who is taken off meanwhile is told nothing more, and who is put on begins with the next one.
    for (const entry of [...this.#listeners]) {
      const isMeant = entry.event === "*" || entry.event === event.type;
      if (!isMeant || !this.#listeners.has(entry)) continue;
      try {
        /** @type {any} */
        const said = entry.listener(event);
        if (typeof said?.then === "function") this.#hub.outlive(Promise.resolve(said).catch(this.#onFailure));
      } catch {
        this.failures += 1;
      }
    }
  }

  #onFailure = () => {
    this.failures += 1;
  };
}
