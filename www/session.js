/** The router of the page and what the page has learnt from its answers. Every setting of the config makes a new router. */

import { configOf, DEPLOYMENTS, GROUP } from "./deployments.js";
import { Router } from "./lib/js/entry/browser.js";
import { network } from "./providers.js";
import { deed } from "./words.js";

/** A shared circuit is one number: an epoch above so many bits of "benched until". docs/DESIGN.md tells more. */
const UNTIL = 2 ** 41;

/** What the page starts from. */
const START = {
  weights: Object.fromEntries(DEPLOYMENTS.map(({ id, weight }) => [id, weight])),
  numRetries: 2,
  patience: 2,
  stream: true,
  // The router's own default is "error": going on is to be asked for.
  midStream: "continue",
};

export class Session extends EventTarget {
  settings = { ...START };
  /** How often each deployment has answered, by id. @type {Map<string, number>} */
  answered = new Map();
  failed = 0;
  /** What each deployment did last, by id. @type {Map<string, { isFailed: boolean, deed: string }>} */
  last = new Map();
  /** Until when each is left alone, in epoch milliseconds, by id; over once the router has said so. @type {Map<string, number>} */
  benches = new Map();

  constructor() {
    super();
    this.renew();
  }

  /** Makes the router anew; it forgets what the old one had learnt. Throws a ConfigError, and the old one stays. */
  renew(changes = {}) {
    const settings = { ...this.settings, ...changes };
    const config = configOf(settings);
    // What the router would tell other instances is how the page knows who is benched.
    const store = {
      capabilities: { ops: ["add", "max", "put"] },
      load: async (keys) => keys.map(() => null),
      apply: async (_, ops) => this.#learn(router, ops),
    };
    const router = new Router(config, { fetch: network, store });
    Object.assign(this, { settings, config, router });
    this.benches.clear();
    this.last.clear();
    this.#changed("config");
  }

  /** @param {any} router @param {readonly import("../js/index.js").StoreOp[]} ops */
  #learn(router, ops) {
    if (router !== this.router) return;
    for (const { key, value } of ops) {
      const id = /^sw1\/(.+)\/cool$/.exec(key)?.[1];
      if (id === undefined || typeof value !== "number") continue;
      const until = value % UNTIL;
      if (until === 0) this.benches.delete(id);
      else this.benches.set(id, until);
    }
    this.#changed("state");
  }

  /** Sends a request to the group. @param {object} request @param {object} [options] */
  ask(request, options) {
    return this.router.completion({ model: GROUP, ...request }, options);
  }

  /**
   * Counts a whole answer, for who ended it.
   * @param {import("../js/index.js").HiddenParams} meta
   * @param {import("./words.js").Begun} [begun]
   */
  succeeded({ model_id, attempts }, begun) {
    this.answered.set(model_id, (this.answered.get(model_id) ?? 0) + 1);
    this.#note(attempts, begun);
  }

  /** Counts a call without a whole answer, unless the visitor ended it. @param {any} error @param {import("./words.js").Begun} [begun] */
  gaveUp(error, begun) {
    if (error.name !== "AbortError") this.failed += 1;
    this.#note(error.attempts ?? [], begun);
  }

  resetCounts() {
    this.answered.clear();
    this.failed = 0;
    this.#changed("state");
  }

  #note(attempts, begun) {
    for (const [index, attempt] of attempts.entries()) {
      // What the visitor stopped says nothing about the deployment.
      if (attempt.error === "AbortError") continue;
      const said = deed(attempt, begun?.get(index));
      this.last.set(attempt.deployment, { isFailed: attempt.error !== null, deed: said });
    }
    this.#changed("state");
  }

  #changed(what) {
    this.dispatchEvent(new Event(what));
  }
}
