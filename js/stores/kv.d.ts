import type { Store } from "../index.js";

/** As much of a Workers KV namespace as is used. */
export interface KvNamespace {
  get(key: string, options: { type: "text"; cacheTtl?: number }): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
}

export interface KvStoreOptions {
  /** For how long an edge may answer a read from its own cache, in seconds. KV takes 30 or more. Default: KV's own, 60. */
  cacheTtl?: number;
  /** How old a router's view may become before it is read again, beside a call, in milliseconds. Default 30,000. */
  freshMs?: number;
}

/**
 * A store in Workers KV, for the isolates of one Worker, or of several. It carries benches and how long answers take, and no
 * counts: KV cannot add. Everything of a router stands under one key, `sw1/<storeName>`, which is read at most every
 * `freshMs` and written at most once a second.
 *
 * How stale it is: a write is seen at once where it was made, and elsewhere usually within 60 s (KV gives no bound), up to
 * `freshMs` later. So benches of a few seconds rarely reach anybody; those of a minute and more do, and an isolate that has
 * just begun learns them with its first call. Two isolates that write at the same time may lose a value of one of them.
 *
 * @throws {TypeError} for what is no namespace, such as a binding that is missing
 * @example
 * import { env } from "cloudflare:workers";
 * import { kvStore } from "switchman/stores/kv";
 * const router = new Router(config, { store: kvStore(env.ROUTER_STATE) });
 */
export function kvStore(namespace: KvNamespace, options?: KvStoreOptions): Store;
