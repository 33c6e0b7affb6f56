import type { ResponseCache } from "./cache.js";
import type { RouterEvent } from "./events.js";
import type { HookRequest, Rerouted } from "./rules.js";
import type { Store } from "./store.js";
import type { CustomRoutingStrategy, RoutingCandidate, RoutingRequest } from "./strategy.js";

/** How a request goes out: the runtime's `fetch`, or anything that behaves like it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What the program gives to the router besides its config. Everything is optional, and nothing of it can be set by a request. */
export interface Host {
  /**
   * Sends requests. It is called without a receiver, with `redirect: "manual"` and a signal. Default: the runtime's,
   * looked up at each send, so that it may be patched or instrumented.
   */
  fetch?: Fetch;
  /** Shares with other isolates what was learnt of deployments. Default: none; each router learns by itself. */
  store?: Store;
  /** Routers of the same name share what a store holds, where their deployments have the same ids. 1 to 64 letters, digits, `-`, `_` and `.`. Default "default". */
  storeName?: string;
  /**
   * Keeps answers, where `cache_responses` or a call asks for that. Default: the router's own memory, as
   * `switchman/caches/memory` makes it: 1,000 answers and 16 MB.
   */
  cache?: ResponseCache;
  /** Answers `os.environ/NAME` and the keys of providers; what is no string counts as not set. Default: the runtime's own. */
  env?: object | ((name: string) => string | undefined);
  /**
   * Asked before a call moves to another target, each time; `true` allows it. Anything else, an error, or no answer within
   * a second refuses it: the call goes on with the next target, or ends with the fault that it had. Default: every target
   * that the config or the call names is allowed.
   */
  mayFallback?: (target: FallbackQuestion) => boolean | Promise<boolean>;
  /**
   * Picks the deployment where `routing_strategy` is "custom": asked once for each group that a call comes to, and for each
   * `order` level of it. The id of a candidate (or the candidate itself) is the first choice, and the others follow after a
   * failure; a list of ids is all that may be used, best first; anything else is a `NoDeploymentsAvailable` with the code
   * "strategy_chose_nobody", after fallbacks. Ids of others are of no account. After an error, and after a second of silence, the
   * router's own strategy picks, or "simple-shuffle", unless `hookFailure` says otherwise, and `hook_failed` is told. Sees no credential. Default: none, and "custom" is a
   * mistake.
   */
  customRoutingStrategy?: CustomRoutingStrategy;
  /**
   * Asked before each call, before all else: may name another model, and give other metadata, which the rules of
   * `conditional_routing` and tags go by. Over `fetch`, too, where what it says is trusted as the program's own. Nothing
   * leaves the request as it is; so does an error, or a second of silence, with the event `hook_failed`, unless `hookFailure`
   * says otherwise.
   */
  beforeRoute?: (request: HookRequest) => Rerouted | undefined | void | PromiseLike<Rerouted | undefined | void>;
  /**
   * Asked once for each group that a call comes to, and for a deployment that is named: whom of these it leaves, as a list of
   * ids or of the candidates themselves. Shown are those who can serve the request, whatever their health, which is looked at
   * when the answer is there. Nobody left: a `NoDeploymentsAvailable` with the code "filtered", after fallbacks. An error,
   * anything else, or a second of silence leaves all, unless `hookFailure` says otherwise, and `hook_failed` is told. Sees no credential. It is not asked for answers
   * out of the cache, for probes, nor by `explain`.
   */
  filterDeployments?: (
    candidates: RoutingCandidate[],
    request: RoutingRequest,
  ) => readonly (string | { readonly id: string })[] | PromiseLike<readonly (string | { readonly id: string })[]>;
  /**
   * What becomes of a call whose `beforeRoute`, `filterDeployments` or `customRoutingStrategy` throws, answers what it may not, or
   * says nothing within a second. "open": it goes on as without that function. "closed": it ends with a `HookFailedError`, sends
   * nothing more and moves nowhere, so that such a function can be a guard. `hook_failed` is told in both cases. Over `fetch` the
   * error is a 500 with the code "hook_failed". Default "open". (`mayFallback` that fails refuses in any case.)
   */
  hookFailure?: "open" | "closed";
  /**
   * Counts the tokens of a request, as it would be sent: asked once before each call, and only where a deployment declares
   * `tpm`, `itpm` or `otpm` and `limit_mode` is "hard", where the strategy or a budget goes by them, or with
   * `enable_pre_call_checks`. Default, and after an error or a second of silence: an estimate (see docs/ESTIMATE.md). What the answer may use is added: `max_completion_tokens` or `max_tokens`, else 1,024 or a
   * quarter of the smallest limit where that is less; for each choice.
   * Both are reserved when a request is sent; what the answer tells of its usage takes their place.
   */
  tokenCounter?: (request: Record<string, unknown>) => number | Promise<number>;
  /**
   * Gives a token for a deployment at Azure that has neither `api_key` nor `azure_ad_token`: before each send, for ten
   * seconds at most. A text is used once. `{ token, expiresOnTimestamp }`, as the credentials of Azure's SDK give it, is
   * kept until half a minute before that moment (in epoch milliseconds), and asked for again when the provider answers
   * 401. An error, or anything else, is a key that is refused.
   */
  getToken?: (deployment: TokenQuestion) => HostToken | Promise<HostToken>;
  /**
   * What models cost, hold and can do. Default: the table of the providers that most programs call; with `switchman/slim`
   * none. `prices` of `switchman/prices` has them all; false is none. What the config says of a deployment counts first.
   */
  prices?: Prices | false;
  /** Keeps the promises of the store and of the callbacks alive after the answer. Default: on Workers the runtime's own, elsewhere none is needed. */
  waitUntil?: (promise: Promise<unknown>) => void;
  /** Are told of everything, as with `router.on("*", …)`. */
  callbacks?: readonly (((event: RouterEvent) => unknown) | { onEvent(event: RouterEvent): unknown })[];
  /**
   * Sends what the services are told that the config's callbacks name. Default: the runtime's `fetch`, looked up at each
   * send; never the host's `fetch`, which is for providers.
   */
  callbackFetch?: Fetch;
  /**
   * Whether those services are told what is said, too: requests and answers of up to 256 KB each. The config's
   * `turn_off_message_logging` has the last word. Default false.
   */
  recordContent?: boolean;
  /** The clock, in epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
  /** Replaces the timers, for tests in virtual time: resolves when `ms` have passed, and may reject once the signal fires. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** A finite number that decides all random choices: the same seed and the same events give the same calls. Default: drawn at the first call. */
  seed?: number;
  /**
   * Which router keys inside a body that came over `fetch` may steer: all, none, or those named. The others are cut out;
   * `api_key`, `api_base` and `base_url` never count. Default false: none.
   */
  trustRequestOptions?: boolean | readonly string[];
  /** Whether ids of deployments and their models ("provider/model") count as models over `fetch`. Default false. */
  allowDirectModels?: boolean;
  /** Groups, patterns, names that patterns match and aliases that may be called at all, as fallbacks too. Default: all. */
  allowedModels?: readonly string[];
  /** The largest request or answer that is read whole, in bytes. 1 or more. Default 33,554,432 (32 MB). */
  maxBodyBytes?: number;
  /** The most sends of one call, beside `max_attempts`. 1 or more. Default: 45 on Workers, elsewhere no bound. */
  subrequests?: number;
  /** Accept a config that holds a key or extra headers in a browser, where everyone who opens the page sees them. Default false. */
  dangerouslyAllowBrowser?: boolean;
}

/** A token, and until when it may be used. */
export type HostToken = string | { readonly token: string; readonly expiresOnTimestamp: number };

/** For whom a token is asked: what is public of a deployment. */
export interface TokenQuestion {
  readonly id: string;
  readonly group: string;
  readonly provider: string;
  readonly model: string;
  /** "provider/model". */
  readonly model_used: string;
  readonly api_base: string;
}

/** A table of prices: `prices` of `switchman/prices`. Routers that are given the same share it. */
export interface Prices {
  /** The table itself, in a form that belongs to this version. */
  readonly text: string;
}

/** Where a call would move to. */
export interface FallbackQuestion {
  /** The group. */
  readonly model_group: string;
  /** The id of the one deployment that is meant, where a fallback names one. */
  readonly deployment: string | null;
  /** The model that the caller asked for. */
  readonly requested_model: string;
}
