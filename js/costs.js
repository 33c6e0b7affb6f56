// What a call costs, as the core tells it in numbers.

/** Where the costs of the sends begin, behind the total, how many are not known, and how many sends there are. */
const SENDS = 3;

/** What is not known is no number. */
export const amount = (dollars) => (dollars === dollars ? dollars : null);

/** What a send costs. @param {Float64Array} told @param {number} index */
export const costOfSend = (told, index) => amount(told[SENDS + index]);

/**
 * What is told of a call's costs.
 * @param {Float64Array} told
 * @param {string[]} names of what something is paid for
 */
export function costsOfCall(told, names) {
  const response_cost = amount(told[0]);
  if (response_cost === null) return { response_cost, response_cost_parts: null, unpriced_attempts: told[1] };
  /** @type {Record<string, number>} */
  const parts = {};
  for (let at = SENDS + told[2]; at < told.length; at += 2) parts[names[told[at]]] = told[at + 1];
  return { response_cost, response_cost_parts: parts, unpriced_attempts: told[1] };
}
