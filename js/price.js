// Which price table a router has, and when its core gets it. What is in a table is the core's business.

/** @typedef {{ readonly text: string }} Table */

/** The table of one router. */
export class Prices {
  #realm;
  #given;
  #core;

  /**
   * @param {import("./realm.js").Realm} realm
   * @param {Table | false | undefined} given
   */
  constructor(realm, given) {
    this.#realm = realm;
    this.#given = given;
  }

  /**
   * Sees to it that a core has the table. Not called when a router is made, but while its first request is under way, when
   * there is nothing else to do.
   * @param {any} core
   */
  hand(core) {
    if (this.#core === core) return;
    this.#core = core;
    if (this.#given) core.corePrices(this.#realm.table(this.#given));
  }
}

/**
 * What is wrong with a table that a program gives.
 * @param {import("./realm.js").Realm} realm
 * @param {any} given
 */
export function checkPrices(realm, given) {
  const problem = (message) => [{ path: "host.prices", message }];
  if (given === undefined || given === false) return [];
  if (typeof given?.text !== "string") return problem("expected `prices` of `switchman/prices`, or false");
  try {
    realm.table(given);
    return [];
  } catch (error) {
    // The core throws nothing where a text is no table.
    if (error !== undefined) throw error;
    return problem("is no price table of this version");
  }
}
