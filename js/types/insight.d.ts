import type { RoutingStrategy } from "./config.js";
import type { ExperimentSnapshot } from "./experiments.js";

/** Whom a call would be sent to. */
export interface AvailableDeployment {
  /** The id of the deployment. */
  id: string;
  model_group: string;
  /** "provider/model". */
  model_used: string;
  provider: string;
  /** The model's name at the provider. */
  model: string;
  /** Its address, without a slash at the end. */
  api_base: string;
}

/** Why a deployment is passed over, or, in `despite`, what speaks against it. */
export type ReasonCode =
  | "drained"
  | "marked_down"
  | "cooldown"
  | "credential_cooldown"
  | "probing"
  | "full"
  | "limit"
  | "budget_spent"
  | "budget_reserved"
  | "exhausted"
  | "stalled"
  | "region"
  | "tags"
  | "capability"
  | "capability_unknown"
  | "context_window"
  | "filtered"
  | "cooldown_elsewhere"
  | "used_elsewhere"
  | "budget_spent_elsewhere"
  | "failed_in_this_call"
  | "cannot_serve"
  | "not_named"
  | "higher_order"
  | "half_open";

/** One member of the group in a choice. */
export interface Candidate {
  /** The id of the deployment. */
  deployment: string;
  model_used: string;
  /** Was it among those to choose from? */
  eligible: boolean;
  /** Why not; `null` if it was. */
  reason: ReasonCode | null;
  /** What spoke against it, though it was: it was named by its id, or nobody better was left. */
  despite: ReasonCode | null;
  /** How long that lasts, where it is known. */
  wait_ms: number | null;
  /** Its `order`. */
  order: number | null;
  /** What it weighed in the draw; `null` if it was passed over. */
  weight: number | null;
  /**
   * What the strategy went by, the lowest being the best: turns to wait ("round-robin"), sends under way ("least-busy"), milliseconds
   * to the first content, for a token or as a whole ("latency-based-routing", and times the requests under way "peak-ewma"), millionths of a dollar
   * ("cost-based-routing"), tokens of the last minute ("usage-based-routing"), how far from 1 the next score is thought to be
   * ("adaptive"), the place in what the host has named ("custom").
   * `null` if it was passed over, and where the strategy goes by nothing of the kind, or nothing was known.
   */
  score: number | null;
  /** How likely it was to be taken, from 0 to 1. */
  share: number;
}

/** One choice. */
export interface Decision {
  /** When, in epoch milliseconds. */
  at: number;
  /** The number of the send that it was made for, from 0. */
  attempt: number;
  /** The group, or the id of a deployment, that was chosen among. */
  target: string;
  /** How one of the candidates was picked. */
  strategy: RoutingStrategy;
  /** What the call stays by, in place of the strategy; scores are then distances, the nearest being the lowest. `null` if by nothing. */
  affinity: "session" | "prompt" | "caller" | null;
  candidates: Candidate[];
  /** The number from 0 up to 1 that decided; `null` where there was nothing to draw. */
  draw: number | null;
  /** The id of who was taken; `null` if nobody was left. */
  picked: string | null;
}

/** What a call's model means, and every choice that was made for it. */
export interface Decisions {
  requested_model: string;
  /** What that means; `null` if nothing. */
  resolved: {
    kind: "group" | "alias" | "default" | "routing_group" | "wildcard" | "model" | "deployment";
    model_group: string | null;
    /** The id, where one was named. */
    deployment: string | null;
  } | null;
  /** The experiment and the variant that the call belongs to, if it belongs to one. */
  experiment?: string;
  variant?: string;
  decisions: Decision[];
  /** The same for people, a few lines each. */
  text: string;
}

/** Where some faults lead. */
export interface FallbackPlan {
  /** Their codes, as in `error.code`: "rate_limit_exceeded", "context_length_exceeded" … */
  faults: string[];
  /** Groups and ids of deployments, in turn, if each of them fails in the same way. */
  targets: string[];
  /** Why there are none: `null` if there are some. */
  reason: "disabled" | "max_fallbacks" | "does_not_fall_back" | "not_declared" | "not_usable" | null;
}

/** What would become of a call. */
export interface Explanation extends Decisions {
  /** The id of who would be sent to; `null` if nobody. */
  picked: string | null;
  /** How long the call would wait for a place; `null` if it would not. */
  waits_ms: number | null;
  /** What the call would hear if it would be sent to nobody. */
  error: { name: string; status: number; code: string; message: string; retry_after_ms: number | null } | null;
  fallbacks: FallbackPlan[];
}

/** Whom `probe` asks. */
export interface ProbeOptions {
  /** Those too that were timed lately. Default: false. */
  all?: boolean;
  /** Of these groups only, by their names or aliases. Default: all, unless `ids` names some. */
  groups?: string | string[];
  /** These deployments, whatever is known of them: also while they are left alone, or their `weight` is 0. */
  ids?: string | string[];
  /** How long each may take, in seconds, up to 600. Default: 10. */
  timeout?: number;
}

/** What a probe came to. */
export interface ProbeResult {
  /** The id of the deployment. */
  deployment: string;
  model_group: string;
  /** "provider/model". */
  model_used: string;
  /** Did it answer? `null` if it was not asked. */
  ok: boolean | null;
  /**
   * Why it was not asked: it may not be used now, a probe of it is under way ("probing"), its model is for something that is not
   * served ("cannot_serve"), or the host allows no more sends at this time ("later"). `null` if it was.
   */
  skipped: ReasonCode | "later" | null;
  /** What it answered with; `null` if no response head came. */
  status: number | null;
  /** The class of what went wrong, such as "RateLimitError"; `null` if nothing did. */
  error: string | null;
  message: string | null;
  /** From the request to the end of the answer, in milliseconds. */
  ms: number | null;
  /** To the first content, in milliseconds; `null` where none came, as of an embedding. */
  first_token_ms: number | null;
  /** In US dollars; `null` where that is not known. */
  cost: number | null;
}

/** A circuit, of a deployment or of a credential. */
export interface CircuitSnapshot {
  /** In use; left alone; or to be tried by one call at a time. */
  state: "closed" | "open" | "half_open";
  /** Until when it is left alone, in epoch milliseconds; `null` if it is not. */
  until: number | null;
  /** The class of the error that led to it. */
  error: string | null;
  /** How long the last cooldown is, or was, in milliseconds. */
  period_ms: number | null;
  /** Is a call trying it? */
  probing: boolean;
}

/** How long recent answers took to begin, in milliseconds; percentiles are `null` while there are fewer than 20. */
export interface LatencySnapshot {
  p50: number | null;
  p95: number | null;
  mean: number | null;
}

/** What is left of a provider's limit, as its headers tell. */
export interface QuotaSnapshot {
  left: number;
  /** When the provider counts anew, in epoch milliseconds. */
  resets_at: number;
}

/** Everything that is known of a deployment. */
export interface DeploymentSnapshot {
  id: string;
  model_group: string | null;
  provider: string;
  model: string;
  health: CircuitSnapshot;
  /** The circuit of its key, which it may share. */
  credential: CircuitSnapshot;
  /** Was it said from outside that it is not well, lately? */
  marked_down: boolean;
  /** Attempts of the last minute, at most. */
  window: { ok: number; failed: number };
  /** Attempts since the router was made. */
  totals: { ok: number; failed: number };
  /** What callers think of its answers: the score that is expected of the next one, and how many scores speak for that, old ones for less. */
  feedback: { expected: number | null; weight: number };
  /** Sends that are under way. */
  open_sends: number;
  /** What was used in the last minute; `null` where no limit is declared, for then nothing is counted. */
  usage: { requests: number; input_tokens: number; output_tokens: number } | null;
  limits: {
    rpm: number | null;
    tpm: number | null;
    itpm: number | null;
    otpm: number | null;
    max_parallel_requests: number | null;
  };
  quota_left: { requests: QuotaSnapshot | null; tokens: QuotaSnapshot | null };
  /** Of streams to their first content, of answers to their end. */
  latency_ms: { streams: LatencySnapshot; answers: LatencySnapshot };
}

/** Everything that is known of a group. */
export interface GroupSnapshot {
  model_group: string;
  /** The ids of its deployments. */
  deployments: string[];
  /** How one of them is picked, where the call itself does not say. */
  routing_strategy: RoutingStrategy;
  /** How many retries and second sends the group can pay for. At most 20. */
  retry_tokens: number | null;
  /** Calls that wait for a place. */
  waiting: number | null;
}

/** How far a service has been told of calls that a callback of the config names. */
export interface CallbackSnapshot {
  /** "otel", "langfuse" or "helicone". */
  name: string;
  /** What is sent there, where that is several things: "traces" or "metrics". */
  signal: string | null;
  /** Calls that wait, or are under way. */
  queued: number;
  /** Calls that the service has taken. */
  delivered: number;
  /** Calls that were given up: refused, failed five times, or too many (2,048) or too large (16 MB) together. */
  dropped: number;
  failed_sends: number;
  /** Why the last of them failed: a status, "network" or "timeout". */
  last_error: string | null;
}

/** A budget in its present period. Amounts are US dollars. */
export interface BudgetSnapshot {
  scope: "provider" | "deployment" | "tag";
  /** A provider, the id of a deployment, or a tag. */
  name: string;
  limit_usd: number;
  spent_usd: number;
  /** What sends that are under way may cost. */
  reserved_usd: number;
  /** What other isolates have spent, as far as the store has told; of a store that has `reserve` with what they have reserved. */
  spent_elsewhere_usd: number;
  /** When the period is over, in epoch milliseconds. */
  resets_at: number;
}

/** Everything that a router knows at a moment. */
export interface Snapshot {
  /** When, in epoch milliseconds. */
  at: number;
  router: {
    /** Calls that run. */
    running: number;
    /** Calls that have begun. */
    begun: number;
    /** Router keys that were cut out of bodies over `fetch`. */
    stripped_keys: number;
    store_failures: number;
    /** Batches that the store did not take, even at the second time. */
    dropped_batches: number;
    /** Events that came too fast to be told. */
    dropped_events: number;
    listener_failures: number;
    /** Copies of calls: see `silent_model`. Skipped are those for which there was no room, or that may not be made. */
    shadows: { begun: number; skipped: number; answered: number; failed: number; cost_usd: number };
    /** What decides all random choices: given as `seed` to another router, it makes the same ones. */
    seed: number | null;
  };
  /** Of the response cache. */
  cache: {
    /** Calls that were answered with an answer that was kept. */
    hits: number;
    /** Calls for which there was none. */
    misses: number;
    /** Answers that were kept. */
    stored: number;
    /** What the cache has failed to do, or told as an answer that is none. */
    failures: number;
  };
  groups: GroupSnapshot[];
  deployments: DeploymentSnapshot[];
  callbacks: CallbackSnapshot[];
  experiments: ExperimentSnapshot[];
  budgets: BudgetSnapshot[];
}
