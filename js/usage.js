// What an answer used, read out of the core in numbers.

/**
 * What the answer of a call says it used; `null` if it does not say.
 * @param {{ core: any, id: number, attempt: number }} call
 */
export function usageOf({ core, id, attempt }) {
  const prompt_tokens = core.coreUsage(id, attempt, 0);
  if (prompt_tokens < 0) return null;
  const counts = {
    prompt_tokens,
    completion_tokens: core.coreUsage(id, attempt, 1),
    total_tokens: core.coreUsage(id, attempt, 2),
    cached_tokens: core.coreUsage(id, attempt, 3),
    reasoning_tokens: core.coreUsage(id, attempt, 4),
  };
  const details = core.coreUsageDetails(id, attempt);
  return details ? Object.assign(counts, JSON.parse(details)) : counts;
}
