// What callers think of answers, and how the variants of experiments compare.

/**
 * Gives the answer of a call a score; false for a call that is not remembered.
 * @param {import("./hub.js").Hub} hub
 * @param {unknown} callId as the metadata tells it
 * @param {unknown} score
 */
export function feedback(hub, callId, score) {
  if (typeof score !== "number" || !(score >= 0 && score <= 1)) throw new RangeError("feedback(callId, score): `score` is a number from 0 to 1");
  const prefix = hub.prefix();
  const number = typeof callId === "string" && callId.startsWith(prefix) ? callId.slice(prefix.length) : "";
  return /^(0|[1-9]\d*)$/.test(number) && hub.core.coreFeedback(Number(number), score);
}

/** The variants of each experiment, with how they differ from the first one. */
export function compared(experiments) {
  for (const { variants } of experiments) {
    const [first] = variants;
    for (const variant of variants) {
      variant.failure_rate = rate(variant);
      if (variant === first) continue;
      variant.against_first = {
        failure_rate: difference(variant.failure_rate, first.failure_rate),
        feedback: difference(variant.feedback, first.feedback),
        latency_ms: difference(variant.latency_ms, first.latency_ms),
        cost_usd: difference(variant.cost_usd, first.cost_usd),
      };
    }
  }
  return experiments;
}

/** How often calls fail, as a sample of noughts and ones; a failure more and a success more keep it from being sure of 0. */
function rate({ calls, failures }) {
  if (calls === 0) return { count: 0, mean: null, standard_error: null };
  const likely = (failures + 1) / (calls + 2);
  return { count: calls, mean: failures / calls, standard_error: Math.sqrt((likely * (1 - likely)) / calls) };
}

/** The difference of two means, and how sure it is that there is one: by the normal distribution. */
function difference(one, other) {
  if (one.standard_error === null || other.standard_error === null) return null;
  const delta = one.mean - other.mean;
  const error = Math.hypot(one.standard_error, other.standard_error);
  return { difference: delta, standard_error: error, sure: error > 0 ? within(Math.abs(delta) / error) : delta === 0 ? 0 : 1 };
}

/** How likely a normal number is within so many standard deviations (Abramowitz and Stegun 7.1.26). */
function within(z) {
  const t = 1 / (1 + (0.3275911 * z) / Math.SQRT2);
  const sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.max(0, 1 - sum * Math.exp((-z * z) / 2));
}
