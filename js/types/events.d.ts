import type { Usage } from "./meta.js";

/** What all events tell. They are plain data, and frozen. */
export interface EventFacts {
  /** When, in epoch milliseconds. */
  readonly at: number;
  /** The call's id, as in `_hidden_params.call_id`; `null` where no call did it. */
  readonly call_id: string | null;
  /** The group that the call is in; `null` for a model that is not known. */
  readonly model_group: string | null;
  /** The id of the deployment it is about; `null` if about none. */
  readonly deployment: string | null;
  /** There, and true, if the router asks for itself: see `probe`. */
  readonly probe?: true;
  /** The id of the call that this one is a copy of, to which nobody listens: see `silent_model`. */
  readonly shadow_of?: string;
}

/** A call begins. One that vanishes, or was running when the WebAssembly trapped, has no `request_end`. */
export interface RequestStart extends EventFacts {
  readonly type: "request_start";
  /** The model as the caller named it. */
  readonly requested_model: string;
  readonly surface: "chat" | "embeddings";
  /** Is the answer a stream? */
  readonly stream: boolean;
  /** Was it answered with an answer that was kept? Then `request_end` follows at once, and nothing between them. */
  readonly cache_hit: boolean;
  /** The experiment and the variant that the call belongs to, if it belongs to one. */
  readonly experiment?: string;
  readonly variant?: string;
}

/** A deployment is chosen for the next send. */
export interface DeploymentSelected extends EventFacts {
  readonly type: "deployment_selected";
  /** The number of the send in its call, from 0. */
  readonly attempt: number;
  /** Why there is a send: "hedge" is a second one beside a slow first one. */
  readonly reason: "first" | "retry" | "fallback" | "hedge" | "probe";
}

/** A send is under way. */
export interface AttemptStart extends EventFacts {
  readonly type: "attempt_start";
  readonly attempt: number;
  /** "provider/model". */
  readonly model_used: string;
}

/** The first content of a stream is there. */
export interface FirstToken extends EventFacts {
  readonly type: "first_token";
  readonly attempt: number;
  /** Since the send, in milliseconds. */
  readonly ms: number;
}

/** A send is over, well or not. */
export interface AttemptEnd extends EventFacts {
  readonly type: "attempt_end";
  readonly attempt: number;
  /** What it was answered with; `null` if no response head came. */
  readonly status: number | null;
  /** The class of what went wrong, such as "RateLimitError"; "AbortError" of one that was given up; `null` if nothing did. */
  readonly error: string | null;
  /** From send to end, in milliseconds. */
  readonly ms: number;
  /** What it used; `null` if the provider did not say. */
  readonly usage: Readonly<Usage> | null;
  /** In US dollars; 0 for one that was refused, `null` where it is not known, or not yet: see `cost` of an `Attempt`. */
  readonly cost: number | null;
  /** Is that an estimate, as of one that was given up? */
  readonly cost_estimated: boolean;
}

/** Another send follows in the same group: at once, to `deployment`, or after a wait, to whoever is chosen then. */
export interface Retry extends EventFacts {
  readonly type: "retry";
  /** The number of the send that follows. */
  readonly attempt: number;
  /** The class of the error that led to it. */
  readonly error: string | null;
  readonly wait_ms: number;
}

/** The call moves on to another group, or to a deployment that a list names. */
export interface Fallback extends EventFacts {
  readonly type: "fallback";
  readonly from: string;
  readonly to: string;
  /** The class of the error that led to it; `null` where nothing was sent before. */
  readonly error: string | null;
}

/** A function of the host has thrown, or said nothing in time: the call goes on as without it, or ends, as `hookFailure` says. */
export interface HookFailed extends EventFacts {
  readonly type: "hook_failed";
  /** Which one. */
  readonly hook: "beforeRoute" | "customRoutingStrategy" | "filterDeployments";
}

/** A deployment, or its credential and with it all that share it, is left alone from now on, or for longer. */
export interface CooldownOpen extends EventFacts {
  readonly type: "cooldown_open";
  readonly scope: "deployment" | "credential";
  /** The class of the error that led to it. */
  readonly error: string;
  /** For how long, in milliseconds. */
  readonly ms: number;
  /** Until when, in epoch milliseconds. */
  readonly until: number;
}

/** The cooldown is over, and one call tries the deployment. */
export interface CooldownHalfOpen extends EventFacts {
  readonly type: "cooldown_half_open";
  readonly scope: "deployment" | "credential";
}

/** It is in use again. */
export interface CooldownClose extends EventFacts {
  readonly type: "cooldown_close";
  readonly scope: "deployment" | "credential";
}

/** A call is over; of a stream, when it has ended. */
export interface RequestEnd extends EventFacts {
  readonly type: "request_end";
  /** What the caller sees. */
  readonly status: number | null;
  /** The class of the error; `null` if it was answered. */
  readonly error: string | null;
  /** From the call to its end, in milliseconds. */
  readonly ms: number;
  /** From the call to a stream's first content, in milliseconds. */
  readonly first_token_ms: number | null;
  /** Sends. */
  readonly attempts: number;
  readonly attempted_retries: number;
  readonly attempted_fallbacks: number;
  /** What the answer used; one that was kept, when it was given. */
  readonly usage: Readonly<Usage> | null;
  /** Is some of that an estimate, as of a stream that was gone on with? */
  readonly usage_estimated: boolean;
  /** What the call cost, in US dollars; `null` where that is not known, and for a call that failed: its attempts tell theirs. */
  readonly response_cost: number | null;
  /** How much of that is an estimate. */
  readonly estimated_cost: number | null;
  /** Was it answered with an answer that was kept? */
  readonly cache_hit: boolean;
  /** The experiment and the variant that the call belongs to, if it belongs to one. */
  readonly experiment?: string;
  readonly variant?: string;
}

/** Everything that is told. */
export type RouterEvent =
  | RequestStart
  | DeploymentSelected
  | AttemptStart
  | FirstToken
  | AttemptEnd
  | Retry
  | Fallback
  | CooldownOpen
  | CooldownHalfOpen
  | CooldownClose
  | HookFailed
  | RequestEnd;

export type EventName = RouterEvent["type"];

/** The event that a name stands for; of "*" all. */
export type EventOf<Name extends EventName | "*"> = Name extends "*" ? RouterEvent : Extract<RouterEvent, { type: Name }>;
