/** The router of the page and what the page has learnt from its answers. Every setting of the config makes a new router. */

import { configOf, DEPLOYMENTS, GROUP } from "./deployments.js";
import { Router } from "./lib/js/entry/browser.js";
import { network } from "./providers.js";
import { deed } from "./words.js";

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
    const router = new Router(config, { fetch: network });
    router.on("cooldown_open", ({ deployment, until }) => this.#bench(router, deployment, until));
    router.on("cooldown_close", ({ deployment }) => this.#bench(router, deployment));
    Object.assign(this, { settings, config, router });
    this.benches.clear();
    this.last.clear();
    this.#changed("config");
  }

  /** @param {any} router @param {string} id @param {number} [until] none when the bench is over for good */
  #bench(router, id, until) {
    if (router !== this.router) return;
    if (until === undefined) this.benches.delete(id);
    else this.benches.set(id, until);
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
