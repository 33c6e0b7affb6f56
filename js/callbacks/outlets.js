// Who is told of calls, and what becomes of each call on the way. Loaded when there is something to tell.

import { told } from "./call.js";
import { helicone } from "./helicone.js";
import { langfuse } from "./langfuse.js";
import { otel } from "./otel.js";
import { Queue } from "./queue.js";

/** By the names that the core knows: src/config/load/callbacks.rs has the same. */
const EXPORTERS = { helicone, langfuse, otel };

/**
 * Where something is sent, and how it is written.
 * @typedef {object} Lane
 * @property {string | null} signal what it carries, where a service gets several things
 * @property {string} url
 * @property {Record<string, string>} headers they may hold a key, and go to `url` and nowhere else
 * @property {number} most so many calls are sent at once, at most
 * @property {number} [everyMs] so long it is between two messages, in milliseconds, unless somebody flushes; default: no wait
 * @property {boolean} [sums] each message holds all that was ever counted: calls that wait need only be counted, too
 * @property {(call: import("./call.js").Told) => boolean} [takes] default: all
 * @property {(calls: import("./call.js").Told[]) => string | undefined} body as JSON; `undefined` if there is nothing to say
 */

/** What an exporter gets to know, besides its own variables of the environment. @typedef {{ version: string }} Product */

/** So long `flush` takes at most, in milliseconds. */
const FLUSH_MS = 30_000;

/** One service that is told. */
class Outlet {
  /**
   * @param {any} exporter as the core tells it
   * @param {Product} product
   * @param {import("./queue.js").Clock} clock
   * @param {() => typeof fetch} fetchOf
   */
  constructor({ name, env }, product, clock, fetchOf) {
    this.name = name;
    this.lanes = EXPORTERS[name](env, product).map((lane) => ({ lane, queue: new Queue(lane, clock, fetchOf) }));
  }
}

export class Outlets {
  #clock;
  #fetchOf;
  /** By name. @type {Map<string, Outlet>} */
  #outlets = new Map();
  /** Who is told of what now. @type {any[]} */
  #exporters = [];
  /** Calls that could not be made out. */
  #unread = 0;

  /**
   * @param {any} config as the core tells it
   * @param {import("./queue.js").Clock} clock
   * @param {() => typeof fetch} fetchOf what sends, looked up for each send
   */
  constructor(config, clock, fetchOf) {
    this.#clock = clock;
    this.#fetchOf = fetchOf;
    this.configure(config, []);
  }

  /**
   * Takes another config. Who was told before and has a part of its queue left is told the rest.
   * @param {any} config as the core tells it
   * @param {import("../callbacks.js").Over[]} calls that were collected under the last one
   */
  configure({ version, exporters }, calls) {
    this.#sort(calls);
    const known = new Map(this.#exporters.map((exporter) => [exporter.name, JSON.stringify(exporter.env)]));
    for (const exporter of exporters) {
      if (this.#outlets.has(exporter.name) && known.get(exporter.name) === JSON.stringify(exporter.env)) continue;
      this.#outlets.set(exporter.name, new Outlet(exporter, { version }, this.#clock, this.#fetchOf));
    }
    this.#exporters = exporters;
  }

  /**
   * Tells of calls. Resolves when nobody is told any more, for now.
   * @param {import("../callbacks.js").Over[]} calls
   */
  async tell(calls) {
    this.#sort(calls);
    await Promise.all(this.#queues().map((queue) => queue.drain()));
  }

  /**
   * Tells of calls, and everything else that waits. Resolves when all is delivered, or given up, or after a while.
   * @param {import("../callbacks.js").Over[]} calls
   * @param {boolean} mayWait may it wait for what others have begun to send?
   */
  async flush(calls, mayWait) {
    this.#sort(calls);
    const over = new AbortController();
    const told = Promise.all(this.#queues().map((queue) => queue.flush(mayWait)));
    await Promise.race([told, this.#clock.wait(FLUSH_MS, over.signal)]);
    over.abort();
  }

  /** Puts each call where it belongs. @param {import("../callbacks.js").Over[]} calls */
  #sort(calls) {
    for (const over of calls) {
      let call;
      try {
        call = told(over);
      } catch {
        this.#unread += 1;
        continue;
      }
      for (const { name, onSuccess, onFailure } of this.#exporters) {
        if (!(call.error === null ? onSuccess : onFailure)) continue;
        for (const { lane, queue } of this.#outlets.get(name)?.lanes ?? []) {
          if (lane.takes?.(call) ?? true) queue.push(call);
        }
      }
    }
  }

  #queues() {
    return [...this.#outlets.values()].flatMap(({ lanes }) => lanes.map(({ queue }) => queue));
  }

  stats() {
    return [...this.#outlets.values()].flatMap(({ name, lanes }) =>
      lanes.map(({ lane, queue }) => {
        const stats = queue.stats();
        return { name, signal: lane.signal, ...stats, dropped: stats.dropped + this.#unread };
      }),
    );
  }
}
