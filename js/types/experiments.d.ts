/** One A/B group. */
export interface Experiment {
  /** Another name shares the same callers out anew. */
  name: string;
  /** The group or alias that callers ask for; of one experiment only. */
  model: string;
  /** At least one of them with a weight. `model` may be among them. One that the host does not allow takes nobody. */
  variants: readonly { model: string; weight?: number }[];
}

/** How often something was measured, its mean, and how far that may be from the right one; `null` of too few. */
export interface SampleSnapshot {
  count: number;
  mean: number | null;
  standard_error: number | null;
}

/** What has become of the calls of a variant that are over, without those that the caller has cancelled. */
export interface VariantSnapshot {
  model: string;
  weight: number;
  calls: number;
  failures: number;
  /** Scores, from `feedback`. */
  feedback: SampleSnapshot;
  /** Of calls that were answered; their cost, where it is known. */
  latency_ms: SampleSnapshot;
  cost_usd: SampleSnapshot;
}

export interface ExperimentSnapshot {
  name: string;
  /** The group whose calls it shares out. */
  model_group: string | null;
  variants: VariantSnapshot[];
}

/** How the means of two variants differ. */
export interface VariantDifference {
  difference: number;
  standard_error: number;
  /** From 0 to 1: how likely it is that so large a difference is no chance, by the normal distribution, for who looks once. */
  sure: number;
}

/** The variants of an experiment, beside the first of them. */
export interface ExperimentReport extends ExperimentSnapshot {
  variants: (VariantSnapshot & {
    failure_rate: SampleSnapshot;
    /** Not of the first; `null` where one of the two is not known. */
    against_first?: Record<"failure_rate" | "feedback" | "latency_ms" | "cost_usd", VariantDifference | null>;
  })[];
}
