// What a call costs, as the core tells it in numbers.

/** Where the costs of the sends begin, two numbers each, behind the total, how many are not known, how much is an estimate, and how many sends there are. */
const SENDS = 4;

/** What is not known is no number. */
export const amount = (dollars) => (dollars === dollars ? dollars : null);

/** What a send costs. @param {Float64Array} told @param {number} index */
export const costOfSend = (told, index) => amount(told[SENDS + 2 * index]);

/** Is that an estimate? @param {Float64Array} told @param {number} index */
export const isEstimate = (told, index) => told[SENDS + 2 * index + 1] === 1;

/**
 * What is told of a call's costs.
 * @param {Float64Array} told
 * @param {string[]} names of what something is paid for
 */
export function costsOfCall(told, names) {
  const response_cost = amount(told[0]);
  const unpriced_attempts = told[1];
  if (response_cost === null) return { response_cost, response_cost_parts: null, estimated_cost: null, unpriced_attempts };
  /** @type {Record<string, number>} */
  const parts = {};
  for (let at = SENDS + 2 * told[3]; at < told.length; at += 2) parts[names[told[at]]] = told[at + 1];
  return { response_cost, response_cost_parts: parts, estimated_cost: told[2], unpriced_attempts };
}
