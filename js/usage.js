// What an answer used, read out of the core in numbers.

/**
 * What the answer of a call says it used; `null` if it does not say.
 * @param {{ core: any, id: number }} call
 */
export function usageOf({ core, id }) {
  const prompt_tokens = core.coreUsage(id, 0);
  if (prompt_tokens < 0) return null;
  const counts = {
    prompt_tokens,
    completion_tokens: core.coreUsage(id, 1),
    total_tokens: core.coreUsage(id, 2),
    cached_tokens: core.coreUsage(id, 3),
    reasoning_tokens: core.coreUsage(id, 4),
  };
  const details = core.coreUsageDetails(id);
  return details ? Object.assign(counts, JSON.parse(details)) : counts;
}

/** Is some of that an estimate? @param {{ core: any, id: number }} call */
export const isUsageEstimated = ({ core, id }) => core.coreUsage(id, 5) === 1;
