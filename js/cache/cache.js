// The response cache: what an answer is kept under, and what is kept.

import { memoryCache } from "../caches/memory.js";
import { canonical } from "./canonical.js";

const encoder = new TextEncoder();

/** How long a call waits for a cache. */
const LOOK_MS = 200;

/** A cache that has failed so often in turn is left alone for a while. */
const PATIENCE = 3;
const PAUSE_MS = 10_000;

/** The longest entry that is kept, in characters. */
export const MOST = 1024 * 1024;

/** What a cache says that is late, or whose caller has gone. */
const LATE = Symbol("late");

/** What is told of who gave an answer. */
const FACTS = ["id", "group", "model_used", "provider", "model", "api_base"];
const COUNTS = ["prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens"];

/**
 * @typedef {"json" | "sse" | "chunks"} Kind a whole answer, the events of a stream as text, the chunks of one
 * @typedef {{ at: number, until: number, id: string, group: string, model_used: string, provider: string, model: string, api_base: string,
 *   usage: any, body: any }} Entry
 */

export class Cache {
  #given;
  #counts;
  #now;
  #sleep;
  #failures = 0;
  #pausedUntil = -Infinity;

  /**
   * @param {any} given the program's cache, if there is one
   * @param {{ hits: number, misses: number, stored: number, failures: number }} counts
   * @param {{ now: () => number, sleep?: (ms: number, signal: AbortSignal) => Promise<unknown> }} clock
   */
  constructor(given, counts, { now, sleep }) {
    this.#given = given ?? memoryCache({ now });
    this.#counts = counts;
    this.#now = now;
    this.#sleep = sleep;
  }

  /**
   * Looks for an answer. A cache that fails, is late or tells nonsense has none.
   * @param {string} key
   * @param {{ kind: Kind, list: string, maxAge: number, signal?: AbortSignal | null }} wanted `list`: the member that makes
   *   an answer of an object
   * @returns {Promise<Entry | undefined>}
   */
  async find(key, { kind, list, maxAge, signal }) {
    if (this.#now() < this.#pausedUntil) return undefined;
    let said;
    try {
      said = this.#given.get(key);
      if (typeof said?.then === "function") said = await this.#inTime(said, signal);
      if (said === LATE && !signal?.aborted) throw new Error("the cache is late");
      this.#failures = 0;
    } catch {
      this.#counts.failures += 1;
      this.#failures += 1;
      if (this.#failures % PATIENCE === 0) this.#pausedUntil = this.#now() + PAUSE_MS;
      return undefined;
    }
    if (said === null || said === undefined || said === LATE) return undefined;
    const entry = entryIn(said, key, kind, list);
    if (entry === undefined) {
      this.#counts.failures += 1;
      return undefined;
    }
    const now = this.#now();
    return now < entry.until && now - entry.at <= maxAge ? entry : undefined;
  }

  /** What a promise of the cache's gives, if it is in time and somebody still waits. */
  async #inTime(said, signal) {
    const controller = new AbortController();
    /** @type {any} */
    let timer;
    /** @type {() => void} */
    let onAbort = () => {};
    const late = new Promise((resolve) => {
      onAbort = () => resolve(LATE);
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted) onAbort();
      if (this.#sleep) this.#sleep(LOOK_MS, controller.signal).then(onAbort, onAbort);
      else timer = setTimeout(onAbort, LOOK_MS);
    });
    try {
      return await Promise.race([said, late]);
    } finally {
      clearTimeout(timer);
      controller.abort();
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /**
   * Keeps an answer, if it is not too long for that.
   * @param {string} key
   * @param {Kind} kind
   * @param {string} body what it is, as JSON
   * @param {{ deployment: any, usage: any }} report
   * @param {number} ttl in milliseconds
   * @returns {Promise<void> | undefined} when that is over; it never rejects
   */
  keep(key, kind, body, { deployment, usage }, ttl) {
    const at = this.#now();
    if (at < this.#pausedUntil) return undefined;
    const told = Object.fromEntries(FACTS.map((name) => [name, deployment[name]]));
    const head = JSON.stringify({ v: 1, key, kind, at, until: at + ttl, ...told, usage });
    const text = `${head.slice(0, -1)},"body":${body}}`;
    if (text.length > MOST) return undefined;
    const set = async () => this.#given.set(key, text, Math.ceil(ttl / 1000));
    return set().then(() => void (this.#counts.stored += 1), () => void (this.#counts.failures += 1));
  }
}

/**
 * The key of an answer: a hash of everything that decides it.
 * @param {string} prefix
 * @param {unknown[]} parts
 * @param {{ form: string, content: string | Uint8Array }} request
 */
export async function keyOf(prefix, parts, { form, content }) {
  // No line feed is in the JSON in front of it.
  return prefix + (await digest(`${canonical([...parts, form])}\n`, content));
}

/**
 * @param {string} head
 * @param {string | Uint8Array} [rest]
 * @returns {Promise<string>} SHA-256, as hex digits
 */
export async function digest(head, rest = "") {
  let bytes;
  if (typeof rest === "string") bytes = encoder.encode(head + rest);
  else {
    const front = encoder.encode(head);
    bytes = new Uint8Array(front.length + rest.length);
    bytes.set(front);
    bytes.set(rest, front.length);
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * What a cache has said, as far as it can be an answer of ours.
 * @param {unknown} said
 * @param {string} key
 * @param {Kind} kind
 * @param {string} list
 * @returns {Entry | undefined}
 */
function entryIn(said, key, kind, list) {
  if (typeof said !== "string") return undefined;
  const entry = parsed(said);
  // One that is another key's is none, however it came here.
  if (entry?.v !== 1 || entry.key !== key || entry.kind !== kind) return undefined;
  if (!Number.isFinite(entry.at) || !Number.isFinite(entry.until)) return undefined;
  if (!FACTS.every((name) => typeof entry[name] === "string") || !isUsage(entry.usage)) return undefined;
  return isBody(kind, entry.body, list) ? entry : undefined;
}

function isBody(kind, body, list) {
  if (kind === "chunks") return Array.isArray(body) && body.length > 0 && body.every(isObject);
  if (typeof body !== "string") return false;
  return kind === "sse" ? isWholeStream(body) : Array.isArray(parsed(body)?.[list]);
}

/** Has a stream of events said its last word? @param {string} text */
export const isWholeStream = (text) => /\ndata: ?\[DONE\]\s*$/.test(text.slice(-64));

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isUsage = (usage) => usage === null || (isObject(usage) && COUNTS.every((name) => Number.isFinite(usage[name])));

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
