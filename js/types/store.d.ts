/**
 * State that leaves the isolate. A router tells it which deployments are benched and until when, what it has used of their
 * limits, and how long their answers take; and asks it the same beside a call, when its view is old. It is advice: what it
 * says is never waited for and is no reason to fail a call, and what it fails to do fails none. A question or a batch that
 * takes more than ten seconds has failed; a batch that was refused comes once more, under the same id, and no more.
 *
 * Keys are `sw1/<storeName>/<id of a deployment>/<facet>`; `sw1` is the version of what stands under them. Facets are:
 *
 * - `budget/<id of a budget>/<period>`, in place of a deployment's: what is spent of a budget in a period of the clock, in
 *   billionths of a dollar; `add`, also of negative numbers. Of a store that has `reserve` it holds what is reserved, too, and
 *   is given by it.
 * - `cool`: the circuit, a whole number of at most 53 bits; `max`
 * - `lat`: a sketch of recent times, at most 175 bytes; `put`
 * - `rpm/<minute>`, `tpm/<minute>`, `itpm/<minute>`, `otpm/<minute>`: what is reserved of a limit, in a minute counted from the
 *   epoch; `reserve` and `add`. Only for a store that has `reserve`.
 * - `req/<minute>`, `tok/in/<minute>`, `tok/out/<minute>`: requests, and tokens of requests and answers, in a minute counted
 *   from the epoch; `add`, also of negative numbers. Only of deployments whose limits are bounds (`limit_mode: "hard"`) or
 *   whose provider tells what is left.
 */
export interface Store {
  /** What it can do. It is asked for and told nothing else; one that does not say is taken to keep the larger number. */
  readonly capabilities: StoreCapabilities;
  /** The values under `keys`, in their order; `null` for a key that is not there or has expired. */
  load(keys: string[]): Promise<(Uint8Array | number | null)[]>;
  /** Carries out operations in their order. The same `batchId` means the same batch: delivered twice, it counts once. */
  apply(batchId: string, ops: StoreOp[]): Promise<void>;
  /**
   * Adds `amount` to the number under `key`, if that does not make it more than `limit`, in one go: `true` if it has. A key
   * that is not there is 0; it lives for `ttl` seconds more.
   *
   * A store that has this keeps the limits of all isolates (`rpm`, `tpm`, `itpm`, `otpm`, where `limit_mode` is "hard") and
   * their budgets: it is asked before each send to a deployment that has one, or for which the call's tags have a budget, for
   * 25 ms at most. `false` is final for that deployment until the minute of the clock is over, or of a budget until the call
   * is; an answer that is late, is neither `true` nor `false`, or is an error counts for nothing, and the
   * router decides by what it knows itself. What was reserved and not used is given back through `apply`, as an "add" of a negative number.
   */
  reserve?(key: string, amount: number, limit: number, ttl: number): Promise<boolean>;
}

export interface StoreCapabilities {
  /** The operations that it carries out so that none of several at once is lost. */
  readonly ops: readonly StoreOp["kind"][];
  /** How old a router's view may become before it asks again, beside a call, in milliseconds. Default 5,000. */
  readonly freshMs?: number;
}

/** One write. A key that is not there, has expired or holds another kind of value is written anew; each write sets the time to live anew. */
export type StoreOp =
  | {
      key: string;
      /** Adds to the number, or keeps the larger one. */
      kind: "add" | "max";
      value: number;
      /** How long the key lives from now, in seconds. More than 0. */
      ttl: number;
    }
  | {
      key: string;
      /** Replaces the bytes. */
      kind: "put";
      value: Uint8Array;
      /** How long the key lives from now, in seconds. More than 0. */
      ttl: number;
    };
