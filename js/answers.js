// Answers that are kept and shown again. What may be kept is the core's word; what keeps them is loaded by the first call that
// may use it, so that routers without a response cache pay nothing for it.

import { headerValue } from "./answer.js";

/** The same for all routers, as any import. @type {typeof import("./cache/look.js") | undefined} */
let loaded;

/** A request as it is now; `undefined` if it is no JSON, which no cache mends. @param {any} body */
export function copied(body) {
  try {
    return JSON.parse(JSON.stringify(body));
  } catch {
    return undefined;
  }
}

/** The kept answers of one router. */
export class Answers {
  /** What `snapshot` tells. */
  counts = { hits: 0, misses: 0, stored: 0, failures: 0 };
  #hub;
  #given;
  #scopeOf;
  #Core;
  /** @type {import("./cache/look.js").Look | undefined} */
  #look;

  /**
   * @param {import("./hub.js").Hub} hub
   * @param {any} given the program's cache, if there is one
   * @param {any} scopeOf the core's method that tells what decides the answers of a target, credentials too
   * @param {any} Core the class in linear memory
   */
  constructor(hub, given, scopeOf, Core) {
    this.#hub = hub;
    this.#given = given;
    this.#scopeOf = scopeOf;
    this.#Core = Core;
  }

  /**
   * Looks for the answer to a request that is an object, without the router's keys. It never rejects.
   * @param {{ surface: number, model: string, isStream: boolean, body: any, steering: any, signal?: AbortSignal | null,
   *   about?: import("./callbacks.js").About, started: number }} call
   * @returns {Promise<import("./cache/kept.js").Kept | undefined>} `undefined` if the cache may do nothing for the call
   */
  async ofObject(call) {
    return (await this.#loaded())?.ofObject(call);
  }

  /**
   * Looks for the answer to a body that came over `fetch`. It never rejects.
   * @param {{ surface: number, body: string | Uint8Array, scan: () => unknown, tenant?: string, headers?: Record<string, string>,
   *   signal?: AbortSignal | null, about?: import("./callbacks.js").About, started: number }} call `scan` shows the body to the core's scan
   * @returns {Promise<import("./cache/kept.js").Kept | undefined>}
   */
  async ofBody(call) {
    return (await this.#loaded())?.ofBody(call);
  }

  async #loaded() {
    if (this.#look) return this.#look;
    let Look;
    try {
      // By each call for itself: on workerd no request waits for the promise of another one.
      ({ Look } = loaded ??= await this.#hub.platform.loadCache());
    } catch {
      this.counts.failures += 1;
      return undefined;
    }
    const inProcess = this.#Core.coreInProcessKeys();
    const bodyKeys = new Set(this.#Core.coreRouterKeys().filter((key) => !inProcess.includes(key)));
    const more = { given: this.#given, counts: this.counts, scopeOf: this.#scopeOf, headerValue, bodyKeys };
    return (this.#look ??= new Look(this.#hub, more));
  }
}
