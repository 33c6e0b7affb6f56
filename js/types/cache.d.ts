/**
 * Where answers are kept. Texts go in and come out; what they are is the router's affair, and no key of a provider is in them, but
 * the answers are: what keeps them is to be as safe as a log of answers. Keys are `sw1/<storeName>/cache/<64 hex digits>`.
 *
 * It fails no call and holds up none for long: a `get` that takes more than 200 ms, throws or gives anything but the text that was set
 * under that very key is none, and after three failures in turn it is left alone for ten seconds. `set` is not waited for.
 */
export interface ResponseCache {
  /** What is kept under a key; `null` or `undefined` if nothing. */
  get(key: string): Promise<string | null | undefined> | string | null | undefined;
  /** Keeps a text of at most 1,048,576 characters, for `ttlSeconds` from now; the router itself shows none that is older. */
  set(key: string, value: string, ttlSeconds: number): unknown;
}

/** What becomes of the answer of one call: LiteLLM's names. */
export interface CacheControl {
  /** Ask the provider, and keep the answer. Default false. */
  "no-cache"?: boolean;
  /** Do not keep the answer. Default false. */
  "no-store"?: boolean;
  /** Use the cache where `cache_params.mode` is "default_off". Default false. */
  "use-cache"?: boolean;
  /** How long the answer is kept, in seconds; 0 is not at all. Default: the router's. */
  ttl?: number;
  /** How old an answer may be that is shown, in seconds; 0 is none. Default: any age. */
  "s-maxage"?: number;
  /** As `s-maxage`, which is looked at first. */
  "s-max-age"?: number;
  /** Answers of one namespace are never shown in another. Default: the router's. */
  namespace?: string;
}

/** LiteLLM's settings of a cache. What is about its backends is accepted with a notice. */
export interface CacheParams {
  /** How long answers are kept, in seconds; 0 is not at all. Default 600. */
  ttl?: number | `os.environ/${string}`;
  /** As `ttl`, which is looked at first. */
  default_in_memory_ttl?: number | `os.environ/${string}`;
  /** Answers of one namespace are never shown in another. Default: none. */
  namespace?: string;
  /** "default_off": only for calls whose `cache` says "use-cache". Default "default_on". */
  mode?: "default_on" | "default_off";
  /** Which calls: LiteLLM's names, of which `completion` and `embedding`, and with an `a` in front, count here. Default: all. */
  supported_call_types?: readonly string[];
  [option: string]: unknown;
}
