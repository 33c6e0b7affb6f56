import type { EnvReference } from "./config.js";

/** Who may serve which requests, and which group does. */
export interface FilterSettings {
  /**
   * Limits bind as with `limit_mode: "hard"`, and requests go to deployments that can serve them, by `model_info` and the
   * price table: not to one whose window is smaller than the request with the answer that it asks for, nor to one of which
   * `supports_…` is false for what the request has (tools, pictures, files, recordings, a schema, reasoning, a search); who
   * is known to be able goes before those of whom nobody has said so. Default false.
   */
  enable_pre_call_checks?: boolean | EnvReference;
  /** Go by tags: see `tags` of a call. A deployment's `model_info.enable_tag_filtering` speaks for its group. Default false. */
  enable_tag_filtering?: boolean | EnvReference;
  /** Is one tag in common enough, or are all of the request's needed? Default true: one. */
  tag_filtering_match_any?: boolean | EnvReference;
  /** A tag of a request that begins so loses it, and no "default" stands in for who has the tag. */
  tag_routing_prefix?: string;
  /** Who serves requests without tags, where no deployment has the tag "default": those without tags, or anybody, as in LiteLLM. Default "untagged". */
  untagged_requests?: "untagged" | "any";
  /**
   * Which group serves a request in the place of the model that it names: the `then` of the first rule that holds, else the
   * `default`, else its own. Groups and aliases may be named; what comes of it has to be allowed as any other model.
   */
  conditional_routing?: readonly RoutingRule[] | ConditionalRouting;
}

/** What a deployment says of who may use it. */
export interface FilterInfo {
  /** Whether its group goes by tags, whatever the router does. The first deployment of the group that says so counts. */
  enable_tag_filtering?: boolean | EnvReference;
  /** It serves requests whose tags nobody has, where no deployment has the tag "default". Default false. */
  allow_fail_open?: boolean | EnvReference;
}

/** Rules for some models, or for all. */
export interface ConditionalRouting {
  conditions?: readonly RoutingRule[];
  /** The group where no rule holds. Default: the model that the request names. */
  default?: string;
  /** The names of models that the rules are for; there need be no groups of these names. Default: all. */
  models?: readonly string[];
}

/** A condition, and the group that serves the request where it holds. `query` is another word for `when`. */
export type RoutingRule = { when: RoutingCondition; then: string } | { query: RoutingCondition; then: string };

/** Something to compare with. */
type Scalar = string | number | boolean | null;

/**
 * Every member has to hold. A name is a path: `metadata.…`, `params.…` (members of the request) or `model`; a list in the
 * request holds if one of its items does. What is not there is `null`.
 */
export type RoutingCondition = {
  $and?: readonly RoutingCondition[];
  $or?: readonly RoutingCondition[];
} & {
  [path in `metadata.${string}` | `params.${string}` | "model"]?: Scalar | RoutingOperators;
};

/** All of them have to hold. */
export interface RoutingOperators {
  $eq?: Scalar;
  $ne?: Scalar;
  $in?: readonly Scalar[];
  $nin?: readonly Scalar[];
  /** A text in which stars stand for anything; it is matched from end to end. */
  $like?: string;
  $gt?: number | string;
  $gte?: number | string;
  $lt?: number | string;
  $lte?: number | string;
}

/** A request as `beforeRoute` sees it: its members, and what the program says beside it. */
export interface HookRequest {
  readonly model: string;
  readonly metadata?: Record<string, unknown>;
  readonly tags?: readonly string[];
  readonly [member: string]: unknown;
}

/** What `beforeRoute` makes of a request; what is left out stays. */
export interface Rerouted {
  model?: string;
  metadata?: Record<string, unknown> | null;
}
