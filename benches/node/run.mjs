/** The Node cases: the router beside its baseline, each run in a process of its own, in turns. */

import { at } from "../../scripts/project.mjs";
import { outputOf } from "../../scripts/run.mjs";
import { addedOf, ratioOf } from "../ratio.mjs";
import { cases, CHUNKS } from "./cases.mjs";

/**
 * @param {{ rounds: number, ms: number, warmUpMs: number }} effort
 * @returns {Promise<import("../ratio.mjs").Row[]>}
 */
export async function measureNode({ rounds, ms, warmUpMs }) {
  const runs = new Map(cases.map((one) => [one, { router: [], baseline: [], floor: [] }]));
  const one = async (contender, name) => {
    const flags = ["--ms", String(ms), "--warm-up-ms", String(warmUpMs)];
    const output = await outputOf(process.execPath, [at("benches", "node", "one.mjs"), contender, name, ...flags]);
    return JSON.parse(output).micros;
  };
  const failed = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const [measured, { router, baseline, floor }] of runs) {
      if (failed.has(measured)) continue;
      const pair = [() => one("router", measured.name).then((micros) => router.push(micros)),
        () => one(measured.baseline, measured.name).then((micros) => baseline.push(micros))];
      if (measured.hasFloor) pair.push(() => one("floor", measured.name).then((micros) => floor.push(micros)));
      // Who is first alternates, so that a load that comes or goes favours nobody.
      if (round % 2 === 1) pair.reverse();
      try {
        for (const run of pair) await run();
      } catch (error) {
        failed.set(measured, error.message);
      }
    }
  }
  return cases.map((measured) => {
    const { router, baseline, floor } = runs.get(measured);
    if (failed.has(measured)) return { ...measured, failure: failed.get(measured) };
    return { ...measured, ...ratioOf(router, baseline), floor: measured.hasFloor ? ratioOf(floor, baseline).ratio : undefined };
  });
}

/**
 * What an event costs more where it is translated, in µs: the time of whole requests, less that of the same without a
 * translation, over the events. What the request's own translation costs is in it.
 * @param {import("../ratio.mjs").Row[]} rows of `measureNode`
 * @returns {import("../ratio.mjs").AddedRow[]}
 */
export const addedPerEvent = (rows) => rows.filter(({ eventAim }) => eventAim !== undefined).map((row) => {
  const { name, title, baseline, eventAim: aim, failure, rounds } = row;
  const added = failure === undefined && addedOf(rounds.router, rounds.against, CHUNKS);
  return { name: `${name}-event`, title, baseline, unit: "µs an event", aim, failure, ...added };
});
