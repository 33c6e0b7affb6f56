/**
 * State that leaves the isolate. A router tells it which deployments are left alone and until when, and asks it the same
 * beside a call, at most every five seconds. It is advice: what it says is never waited for, what it fails to do fails no
 * call, and what it is not told is not repeated.
 *
 * Keys begin with `sw1/`, the version of what stands under them, and hold the id of a deployment. In this version there is
 * one value for each: `sw1/<id>/cool`, a whole number of at most 53 bits that is merged by keeping the larger.
 */
export interface Store {
  /** What it can do. Not looked at in this version. */
  readonly capabilities: StoreCapabilities;
  /** The values under `keys`, in their order; `null` for a key that is not there or has expired. */
  load(keys: string[]): Promise<(Uint8Array | number | null)[]>;
  /** Carries out operations in their order. The same `batchId` means the same batch: delivered twice, it counts once. */
  apply(batchId: string, ops: StoreOp[]): Promise<void>;
}

export interface StoreCapabilities {
  /** The operations that it carries out so that none of several at once is lost. */
  readonly ops: readonly StoreOp["kind"][];
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
