/** Figures out of runs. */

/**
 * @typedef {object} Figures
 * @property {number} ratio the median of the rounds' ratios; each is of two runs beside each other in time
 * @property {[number, number]} spread the middle half of them; of three rounds, all
 * @property {number} router the median, in µs
 * @property {number} against the median of what the router is held against, in µs
 *
 * @typedef {{ name: string, title: string, baseline: string, aim?: number, nextAim?: number, failure?: string } & Partial<Figures>} Row
 */

const ascending = (values) => values.toSorted((a, b) => a - b);

/** @param {number[]} values */
function median(values) {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number[]} values @returns {[number, number]} */
function middleHalf(values) {
  const sorted = ascending(values);
  const last = sorted.length - 1;
  return [sorted[Math.floor(last / 4)], sorted[Math.ceil((last * 3) / 4)]];
}

/**
 * @param {number[]} router µs of each round
 * @param {number[]} against the same, in the same order
 * @returns {Figures}
 */
export function ratioOf(router, against) {
  const ratios = router.map((micros, round) => micros / against[round]);
  return {
    ratio: median(ratios),
    spread: middleHalf(ratios),
    router: median(router),
    against: median(against),
  };
}
