/**
 * What the provider saw: every request in order, how each ended, and who waits to hear of it.
 */

/** @typedef {import("./index.js").Call} Call */
/** @typedef {"finished" | "failed" | "aborted" | "cancelled"} Outcome */

/** One request from its arrival to its end. */
export class Exchange {
  /** Called when the caller's signal fires, after the call was marked. @type {((reason: unknown) => void) | undefined} */
  onAbort;
  /** Called once, at the end. @type {(() => void) | undefined} */
  onEnd;
  /** @type {AbortSignal | undefined} */
  #signal;
  /** @type {((outcome: Outcome) => void) | undefined} */
  #ended;

  /**
   * @param {Call} call
   * @param {AbortSignal | undefined} signal
   * @param {(outcome: Outcome) => void} ended
   */
  constructor(call, signal, ended) {
    this.call = call;
    this.#signal = signal;
    this.#ended = ended;
    signal?.addEventListener("abort", this.#abort, { once: true });
  }

  #abort = () => {
    this.end("aborted");
    this.onAbort?.(this.#signal?.reason);
  };

  /**
   * Records how the exchange ended; only the first end counts.
   * @param {Outcome} outcome
   */
  end(outcome) {
    const ended = this.#ended;
    this.#ended = undefined;
    this.#signal?.removeEventListener("abort", this.#abort);
    if (outcome !== "failed" && ended) this.call[outcome] = true;
    ended?.(outcome);
    if (ended) this.onEnd?.();
  }
}

/** The record of one provider's requests. */
export class Journal {
  /** @type {Call[]} */
  calls = [];
  /** Requests and bodies that have not ended. */
  open = 0;
  #arrived = 0;
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #keep;
  #now;

  /**
   * @param {number} keep how many calls are kept; the oldest go first
   * @param {() => number} now
   */
  constructor(keep, now) {
    this.#keep = keep;
    this.#now = now;
  }

  /**
   * Records an arriving request.
   * @param {import("./request.js").ProviderRequest} request
   * @returns {Exchange}
   */
  begin({ method, url, path, headers, text, body, signal }) {
    /** @type {Call} */
    const call = {
      n: ++this.#arrived,
      ...{ method, url, path, headers, text, body },
      at: this.#now(),
      fault: undefined,
      status: undefined,
      aborted: false,
      cancelled: false,
      finished: false,
    };
    this.calls.push(call);
    if (this.calls.length > this.#keep) this.calls.shift();
    this.open += 1;
    const exchange = new Exchange(call, signal, () => {
      this.open -= 1;
      this.#changed();
    });
    this.#changed();
    return exchange;
  }

  /** Forgets the calls and counts from one again. What is still open stays open. */
  clear() {
    this.calls.length = 0;
    this.#arrived = 0;
  }

  /**
   * Resolves once `holds()` is true; it is asked now and after every change.
   * @param {() => unknown} holds
   * @returns {Promise<void>}
   */
  when(holds) {
    return new Promise((resolve, reject) => {
      const look = () => {
        try {
          if (!holds()) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        this.#watchers.delete(look);
      };
      this.#watchers.add(look);
      look();
    });
  }

  #changed() {
    for (const look of [...this.#watchers]) look();
  }
}
