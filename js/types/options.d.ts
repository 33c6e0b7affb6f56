import type { FallbackEntry, FallbackTarget } from "./config.js";

/**
 * Time limits, in seconds; fractions count, and the longest is about 24 days. A request's value beats the deployment's,
 * which beats `default_litellm_params` and the router's. In a config `"os.environ/NAME"` may stand for each.
 */
export interface TimeLimits<Seconds = number | `os.environ/${string}`> {
  /** One attempt, from send to the last byte; for streams see `stream_timeout`. More than 0. Default: none. */
  timeout?: Seconds;
  /** For streams: one attempt, from send to the first content. More than 0. Default: `timeout`. */
  stream_timeout?: Seconds;
  /** One attempt, from send to the response head; 0 is no limit. Default: none. */
  headers_timeout?: Seconds;
  /** For streams, as `stream_timeout`; the shorter of the two counts, and 0 is no limit. Default: 60 where neither is set. */
  first_token_timeout?: Seconds;
  /** For streams: the longest silence after the first content; 0 is no limit. Default 60. */
  idle_timeout?: Seconds;
  /** The whole call: its waits, retries and fallbacks, and a stream to its end; 0 is no limit; a deployment's own does not count in this version. Default 600. */
  deadline?: Seconds;
}

/**
 * How one call is routed. In process these keys may also stand inside the request; they never reach the provider.
 * A mistake in them fails the call with a `BadRequestError` before anything is sent.
 */
export interface Steering extends TimeLimits<number> {
  /** As `timeout`, which is looked at first. */
  request_timeout?: number;
  /** Attempts after the first, within one group. Default: the deployment's, else the router's. */
  num_retries?: number;
  /** Sends in this call, whatever their cause. 1 or more. Default: the router's. */
  max_attempts?: number;
  /** How many other groups this call may move to. Default: the router's. */
  max_fallbacks?: number;
  /** Instead of the router's lists. Plain names are for whichever group the call is in. */
  fallbacks?: readonly (FallbackTarget | FallbackEntry)[];
  /** Instead of the router's lists. */
  context_window_fallbacks?: readonly (FallbackTarget | FallbackEntry)[];
  /** Instead of the router's lists. */
  content_policy_fallbacks?: readonly (FallbackTarget | FallbackEntry)[];
  /** Stay in the group that was asked for. Default false. */
  disable_fallbacks?: boolean;
  /** Take the first group to have failed, to see where a call goes then. Default false. */
  mock_testing_fallbacks?: boolean;
}

/** What stands beside a request. */
export interface CallOptions extends Steering {
  /** Aborting it ends the call with an error named "AbortError", and cancels the upstream. */
  signal?: AbortSignal | null;
  /** As `deadline`, in milliseconds, and looked at first. */
  deadlineMs?: number;
}
