/** Figures out of runs. */

/**
 * @typedef {object} Figures
 * @property {number} ratio the median of the rounds' ratios; each is of two runs beside each other in time
 * @property {[number, number]} spread the middle half of them; of three rounds, all
 * @property {number} router the median, in µs
 * @property {number} against the median of what the router is held against, in µs
 * @property {{ router: number[], against: number[] }} rounds the runs themselves
 * @property {number} [floor] the ratio of what the platform alone takes: no router's is lower
 *
 * @typedef {{ name: string, title: string, baseline: string, aim?: number, eventAim?: number, failure?: string } & Partial<Figures>} Row
 *
 * @typedef {object} Added
 * @property {number} added the median of the rounds' differences
 * @property {[number, number]} spread the middle half of them; of three rounds, all
 * @property {number} router the median, in the row's unit
 * @property {number} against the median of what the router is held against
 *
 * @typedef {{ name: string, title: string, baseline: string, unit: string, aim?: number, failure?: string } & Partial<Added>} AddedRow
 */

const ascending = (values) => values.toSorted((a, b) => a - b);

/** @param {number[]} values */
export function median(values) {
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
    rounds: { router, against },
  };
}

/**
 * What the router adds, where a difference says more than a ratio.
 * @param {number[]} router each round's time
 * @param {number[]} against the same, in the same order
 * @param {number} [over] what both are divided by
 * @returns {Added}
 */
export function addedOf(router, against, over = 1) {
  const differences = router.map((time, round) => (time - against[round]) / over);
  return {
    added: median(differences),
    spread: middleHalf(differences),
    router: median(router) / over,
    against: median(against) / over,
  };
}

/**
 * Measures two things in turns.
 * @template Result
 * @param {number} rounds
 * @param {{ router: () => Promise<number>, against: () => Promise<number> }} runs
 * @param {(router: number[], against: number[]) => Result} figures
 * @returns {Promise<Result | { failure: string }>}
 */
export async function inTurns(rounds, { router, against }, figures) {
  const [ours, theirs] = [[], []];
  const turns = [async () => ours.push(await router()), async () => theirs.push(await against())];
  try {
    for (let round = 0; round < rounds; round += 1) {
      // Who is first alternates, so that a load that comes or goes favours nobody.
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    }
  } catch (error) {
    return { failure: error.message };
  }
  return figures(ours, theirs);
}
