/** A strategy of the program's own. See `Host.customRoutingStrategy`. */
export type CustomRoutingStrategy = (
  candidates: RoutingCandidate[],
  request: RoutingRequest,
) => RoutingChoice | PromiseLike<RoutingChoice>;

/** Whom a strategy names. */
export type RoutingChoice =
  | string
  | { readonly id: string }
  | readonly (string | { readonly id: string })[]
  | null
  | undefined
  | void;

/** Somebody to choose from: who is benched, full, drained, of another level or of no use to the call is not among them. */
export interface RoutingCandidate {
  id: string;
  model_group: string;
  provider: string;
  /** The model's name at the provider. */
  model: string;
  /** "provider/model". */
  model_used: string;
  api_base: string;
  /** Its `region_name`. */
  region: string | null;
  tags: readonly string[];
  /** Its level; all candidates have the same one. `null` for those without. */
  order: number | null;
  /** 1 where none is declared. */
  weight: number;
  rpm: number | null;
  tpm: number | null;
  max_parallel_requests: number | null;
  /** Its sends under way. */
  open_sends: number;
  /** What it has used in the last minute: what was told, and of sends under way what was reserved. */
  usage: { requests: number; input_tokens: number; output_tokens: number };
  /** How long a stream is expected to take to its first content, in ms; `null` where none was timed of late. */
  first_token_ms: number | null;
  /** How long a whole answer is expected to take for each of its tokens, in ms; `null` where none was timed of late. */
  token_ms: number | null;
  /** How long an answer is expected to take that tells no tokens, as embeddings, in ms; `null` where none was timed of late. */
  answer_ms: number | null;
  /** How many of its attempts of the last minute were answered, and how many failed. */
  window: { ok: number; failed: number };
  /** What a token of a short prompt costs, in US dollars; `null` where that is not known. */
  input_cost_per_token: number | null;
  /** What a token of the answer costs, in US dollars; `null` where that is not known. */
  output_cost_per_token: number | null;
}

/** What is asked for. */
export interface RoutingRequest {
  /** The model as the caller named it. */
  readonly requested_model: string;
  /** The group that is chosen in. */
  readonly model_group: string;
  /** Is the answer a stream? */
  readonly stream: boolean;
  /** How many sends the call has made. */
  readonly attempt: number;
  /** `metadata` of a call in process, else `null`. */
  readonly metadata: Record<string, unknown> | null;
  /** `tags` of a call in process, else `null`. */
  readonly tags: readonly string[] | null;
  /** The request as the caller gave it, not to be changed; one that came over `fetch` is parsed when it is looked at. */
  readonly body: Record<string, unknown> | undefined;
}
