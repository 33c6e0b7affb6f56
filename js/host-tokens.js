// Tokens that the host's `getToken` gives: kept until they expire, and never shown.

/** A token is not used any more so long before it expires, in milliseconds. */
const EARLY_MS = 30_000;

/** What no header could carry. */
const isToken = (text) => typeof text === "string" && /^[\x21-\x7e]+$/.test(text);

export class Tokens {
  #getToken;
  #now;
  /** By the id of a deployment. @type {Map<string, { text: string, until: number }>} */
  #kept = new Map();

  /**
   * @param {((deployment: any) => any) | undefined} getToken
   * @param {() => number} now
   */
  constructor(getToken, now) {
    this.#getToken = getToken;
    this.#now = now;
  }

  /** A token that is kept and still good. @param {{ id: string }} deployment */
  kept({ id }) {
    const kept = this.#kept.get(id);
    return kept && this.#now() < kept.until ? kept.text : undefined;
  }

  /**
   * Asks the host for a token: a text, which is used once, or `{ token, expiresOnTimestamp }`, as Azure's SDK gives it,
   * which is kept until then. On workerd nobody may wait for what another request asks, so each asks for itself.
   * @param {{ id: string }} deployment what is public of it
   * @returns {Promise<string>}
   */
  async ask(deployment) {
    const kept = this.#kept;
    kept.delete(deployment.id);
    const given = await this.#getToken?.(deployment);
    const text = typeof given === "string" ? given : given?.token;
    if (!isToken(text)) throw new TypeError("getToken gave no token");
    const until = Number(given.expiresOnTimestamp) - EARLY_MS;
    // Kept for whom it was asked: after `clear` another one may have the id.
    if (until > this.#now()) kept.set(deployment.id, { text, until });
    return text;
  }

  /** A provider has refused a deployment's token. */
  drop({ id }) {
    this.#kept.delete(id);
  }

  /** Other deployments may be behind the ids. */
  clear() {
    this.#kept = new Map();
  }
}
