// A store in Workers KV. KV takes a write a second for each key, adds nothing up, and shows a write elsewhere some time
// later; so everything of a router stands under one key, and what is written is merged into what was read.

/** The shortest that KV keeps a value, in seconds. */
const LEAST_TTL = 60;

/** KV refuses a second write to a key within this, in milliseconds. */
const WRITE_MS = 1_000;

/** How often bytes alone are worth a write, in milliseconds; between, the last ones go with the next number. */
const BYTES_MS = 60_000;

/** The most values that one key holds; beyond it those go that expire first. */
const MOST_VALUES = 10_000;

/**
 * @typedef {[value: number | string, expires: number]} Entry a number, or bytes in base64; until when, in epoch seconds
 * @typedef {Map<string, Entry>} Page what stands under one key of KV, by the rest of the router's key
 * @typedef {{ pending: Page, hasNumber: boolean, writtenAt: number, bytesAt: number }} Desk what is still to be written
 */

/** `sw1/<name>/<rest>`: the page is that of the name. */
function split(key) {
  const [version, name, ...rest] = String(key).split("/");
  return { page: `${version}/${name}`, rest: rest.join("/") };
}

/**
 * Reads a page; what is none is as good as nothing.
 * @param {unknown} text
 * @param {number} now in epoch seconds
 * @returns {Page}
 */
function parse(text, now) {
  try {
    const entries = Object.entries(JSON.parse(String(text)));
    return new Map(/** @type {[string, Entry][]} */ (entries.filter(([, entry]) => Array.isArray(entry) && entry[1] > now)));
  } catch {
    return new Map();
  }
}

/** Puts an entry on a page: of numbers the larger stays, of bytes those that expire last. */
function merge(page, rest, [value, expires]) {
  const [known, until] = page.get(rest) ?? [];
  const isSame = typeof known === typeof value;
  const kept = isSame && (typeof value === "number" ? known > value : until > expires) ? known : value;
  page.set(rest, [kept, isSame ? Math.max(until, expires) : expires]);
}

function shrink(page) {
  if (page.size <= MOST_VALUES) return page;
  const byExpiry = [...page].sort(([, [, one]], [, [, other]]) => other - one);
  return new Map(byExpiry.slice(0, MOST_VALUES));
}

/** @param {Uint8Array} bytes */
const encode = (bytes) => btoa(String.fromCharCode(...bytes));

/** @param {string} text */
const decode = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

function valueOf(entry) {
  try {
    return typeof entry?.[0] === "string" ? decode(entry[0]) : (entry?.[0] ?? null);
  } catch {
    return null;
  }
}

/** @type {typeof import("./kv.js").kvStore} */
export function kvStore(namespace, { cacheTtl, freshMs = 30_000 } = {}) {
  // A binding that is missing or misspelt: as a store that fails it would share nothing, and fail no call.
  if (typeof namespace?.get !== "function" || typeof namespace.put !== "function") {
    throw new TypeError("kvStore: expected a KV namespace, such as `env.STATE` with a binding of that name in wrangler.toml");
  }
  /** @type {Map<string, Desk>} */
  const desks = new Map();
  const reading = { type: /** @type {const} */ ("text"), ...(cacheTtl === undefined ? {} : { cacheTtl }) };
  const seconds = () => Date.now() / 1_000;
  const read = async (key) => parse(await namespace.get(key, reading), seconds());

  function deskOf(key) {
    const desk = desks.get(key) ?? { pending: new Map(), hasNumber: false, writtenAt: -Infinity, bytesAt: -Infinity };
    desks.set(key, desk);
    return desk;
  }

  /** Writes what is to be written under a key, and what others add to it meanwhile. */
  async function write(key, desk) {
    const wait = desk.writtenAt + WRITE_MS - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const { pending, hasNumber } = desk;
    // Another call was quicker, or there is nothing that is worth a write.
    if (pending.size === 0 || (!hasNumber && Date.now() - desk.bytesAt < BYTES_MS)) return;
    Object.assign(desk, { pending: new Map(), hasNumber: false, writtenAt: Date.now(), bytesAt: Date.now() });
    try {
      const page = await read(key);
      for (const [rest, entry] of pending) merge(page, rest, entry);
      const kept = shrink(page);
      const last = Math.max(...[...kept.values()].map(([, expires]) => expires));
      const expirationTtl = Math.max(LEAST_TTL, Math.ceil(last - seconds()));
      await namespace.put(key, JSON.stringify(Object.fromEntries(kept)), { expirationTtl });
    } catch (error) {
      for (const [rest, entry] of pending) merge(desk.pending, rest, entry);
      desk.hasNumber ||= hasNumber;
      throw error;
    }
  }

  return {
    capabilities: { ops: ["max", "put"], freshMs },
    async load(keys) {
      const places = keys.map(split);
      const names = [...new Set(places.map(({ page }) => page))];
      const pages = new Map(await Promise.all(names.map(async (name) => /** @type {const} */ ([name, await read(name)]))));
      return places.map(({ page, rest }) => valueOf(pages.get(page)?.get(rest)));
    },
    async apply(_batchId, ops) {
      const touched = new Set();
      for (const { key, kind, value, ttl } of ops) {
        if (kind === "add") throw new TypeError(`Workers KV cannot add: ${key}`);
        const { page, rest } = split(key);
        const desk = deskOf(page);
        merge(desk.pending, rest, [kind === "put" ? encode(value) : value, seconds() + ttl]);
        desk.hasNumber ||= kind === "max";
        touched.add(page);
      }
      await Promise.all([...touched].map((key) => write(key, deskOf(key))));
    },
  };
}
