// A store in the memory of one process: for tests, and for several routers of one program that share what they learn.
// Nothing is waited for and no timer runs: what has expired is noticed when it is looked at.

/** How many batch ids are kept, so that a batch that is delivered again is recognised. */
const KEPT_BATCHES = 256;

/** Values by key; a value that has expired is as good as gone. */
class Cells {
  /** @type {Map<string, { value: number | Uint8Array, expires: number }>} */
  #cells = new Map();
  #now;
  #maxKeys;

  /**
   * @param {() => number} now
   * @param {number} maxKeys
   */
  constructor(now, maxKeys) {
    this.#now = now;
    this.#maxKeys = maxKeys;
  }

  /** @param {string} key */
  get(key) {
    const cell = this.#cells.get(key);
    if (!cell) return null;
    if (cell.expires > this.#now()) return cell.value;
    this.#cells.delete(key);
    return null;
  }

  /**
   * @param {string} key
   * @param {number | Uint8Array} value
   * @param {number} ttl in seconds
   */
  set(key, value, ttl) {
    this.#cells.set(key, { value, expires: this.#now() + ttl * 1000 });
    if (this.#cells.size > this.#maxKeys) this.#shrink();
  }

  /** Drops what expires first. An eighth more than needed goes at once, so that a full store does not sort at every write. */
  #shrink() {
    const kept = this.#maxKeys - Math.floor(this.#maxKeys / 8);
    const byExpiry = [...this.#cells].sort(([, one], [, other]) => one.expires - other.expires);
    for (const [key] of byExpiry.slice(0, -kept)) this.#cells.delete(key);
  }
}

/** Throws for what is no operation, before anything of its batch is written. */
function check({ key, kind, value, ttl }) {
  const isNumeric = kind === "add" || kind === "max";
  const fits = isNumeric ? Number.isFinite(value) : kind === "put" && value instanceof Uint8Array;
  if (fits && typeof key === "string" && ttl > 0) return;
  throw new TypeError(`no operation of a store: ${kind} of a ${typeof value} under ${key} for ${ttl} s`);
}

/** @type {typeof import("./memory.js").memoryStore} */
export function memoryStore({ now = Date.now, maxKeys = 10_000, reserve = false } = {}) {
  if (!Number.isInteger(maxKeys) || maxKeys < 1) throw new RangeError("maxKeys must be a whole number, 1 or more");
  const cells = new Cells(now, maxKeys);
  /** @type {Set<string>} */
  const batches = new Set();

  /** @param {import("../index.js").StoreOp} op */
  const write = ({ key, kind, value, ttl }) => {
    if (kind === "put") return cells.set(key, value.slice(), ttl);
    const known = cells.get(key);
    if (typeof known !== "number") return cells.set(key, value, ttl);
    cells.set(key, kind === "add" ? known + value : Math.max(known, value), ttl);
  };

  /** @param {string} key @param {number} amount @param {number} limit @param {number} ttl */
  const hold = async (key, amount, limit, ttl) => {
    const known = cells.get(key);
    const wanted = (typeof known === "number" ? known : 0) + amount;
    if (wanted > limit) return false;
    cells.set(key, wanted, ttl);
    return true;
  };

  return {
    ...(reserve && { reserve: hold }),
    capabilities: { ops: ["add", "max", "put"] },
    async load(keys) {
      return keys.map((key) => {
        const value = cells.get(key);
        // A copy: what a reader does to the bytes is its own affair.
        return value instanceof Uint8Array ? value.slice() : value;
      });
    },
    async apply(batchId, ops) {
      if (batches.has(batchId)) return;
      ops.forEach(check);
      ops.forEach(write);
      batches.add(batchId);
      if (batches.size <= KEPT_BATCHES) return;
      const [oldest] = batches;
      batches.delete(oldest);
    },
  };
}
