import type { ResponseCache } from "../index.js";

export interface MemoryCacheOptions {
  /** The clock that expiry is told by, in epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
  /** The most answers that are held; beyond it those go that were not used for the longest time. A whole number, 1 or more. Default 1,000. */
  maxItems?: number;
  /** The most memory that is held, counted as two bytes a character. A whole number, 1 or more. Default 16,777,216 (16 MB). */
  maxBytes?: number;
}

/**
 * A response cache in the memory of one process. A router that is given no `cache` makes one of its own; routers that are
 * given the same one share the answers that they may share.
 *
 * @throws {RangeError} when a bound is no whole number of 1 or more
 * @example
 * import { memoryCache } from "switchman/caches/memory";
 * const router = new Router({ ...config, cache_responses: true }, { cache: memoryCache({ maxItems: 10_000 }) });
 */
export function memoryCache(options?: MemoryCacheOptions): ResponseCache;
