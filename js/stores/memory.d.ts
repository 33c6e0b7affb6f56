import type { Store } from "../index.js";

export interface MemoryStoreOptions {
  /** The clock that expiry is told by, in epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
  /** The most keys that are held; beyond it those go that expire first. A whole number, 1 or more. Default 10,000. */
  maxKeys?: number;
  /** Does it keep limits for all routers that share it, and is asked before each send to a deployment that has one? Default: no. */
  reserve?: boolean;
}

/**
 * A store in the memory of one process. Routers that are given the same one share what they learn; it ends with the process.
 * Reads are never stale, every operation is atomic, and the last 256 batches are recognised when they come again.
 *
 * @throws {RangeError} when `maxKeys` is no whole number of 1 or more
 * @example
 * import { memoryStore } from "switchman/stores/memory";
 * const store = memoryStore();
 * const one = new Router(config, { store });
 * const other = new Router(config, { store });
 */
export function memoryStore(options?: MemoryStoreOptions): Store;
