/** What is waited for on Node, as wall time beside the same without a router: the first byte, and the first start; and choices. */

import { at } from "../../scripts/project.mjs";
import { outputOf } from "../../scripts/run.mjs";
import { addedOf, inTurns } from "../ratio.mjs";

const program = (file, ...args) => async () => JSON.parse(await outputOf(process.execPath, [at("benches", "node", file), ...args]));

const WAYS = {
  fetch: "fetch(request), first byte",
  objects: "completion, first chunk",
  "fetch-translated": "fetch(request), first byte translated",
  "objects-translated": "completion, first chunk translated",
};

/**
 * How much later the first content is read than from a body that is handed on.
 * @param {{ rounds: number, count: number }} effort
 * @returns {Promise<import("../ratio.mjs").AddedRow[]>}
 */
export async function measureFirstByte({ rounds, count }) {
  const one = (way) => {
    const run = program("first-byte.mjs", way, "--count", String(count), "--warm-up", String(count));
    return async () => (await run()).micros / 1000;
  };
  const handOn = one("hand-on");
  const rows = [];
  for (const [way, title] of Object.entries(WAYS)) {
    const row = { name: `first-byte-${way}`, title, baseline: "hand-on", unit: "ms", aim: 0.3 };
    rows.push({ ...row, ...(await inTurns(rounds, { router: one(way), against: handOn }, addedOf)) });
  }
  return rows;
}

/**
 * From the import of the package to the first answer, beside an empty module and a call by hand.
 * @param {{ rounds: number }} effort
 * @returns {Promise<import("../ratio.mjs").AddedRow[]>}
 */
export async function measureColdStart({ rounds }) {
  const one = (start) => {
    const run = program("cold-one.mjs", start);
    return async () => (await run()).ms;
  };
  const row = { name: "cold-node", title: "Node: import, construct, first answer", baseline: "an empty module", unit: "ms", aim: 30 };
  return [{ ...row, ...(await inTurns(rounds, { router: one("router"), against: one("empty") }, addedOf)) }];
}

/**
 * What `getAvailableDeployment` takes among ten deployments.
 * @param {{ rounds: number, count: number }} effort
 * @returns {Promise<import("../ratio.mjs").AddedRow[]>}
 */
export async function measureChoice({ rounds, count }) {
  const one = (way) => {
    const run = program("choice.mjs", way, "--count", String(count * 20));
    return async () => (await run()).micros;
  };
  const row = { name: "choice-10", title: "getAvailableDeployment, 10 deployments", baseline: "an empty function", unit: "µs", aim: 8 };
  return [{ ...row, ...(await inTurns(rounds, { router: one("router"), against: one("empty") }, addedOf)) }];
}

/**
 * What a call costs more whose deployment the program's own function picks, of ten.
 * @param {{ rounds: number, count: number }} effort
 * @returns {Promise<import("../ratio.mjs").AddedRow[]>}
 */
export async function measureCustom({ rounds, count }) {
  const rows = [
    { name: "custom-10", title: "completion, custom strategy, 10 deployments", part: "custom", aim: 10 },
    { name: "custom-promised-10", title: "the same, by a promise", part: "promised" },
  ].map((row) => ({ ...row, baseline: "simple-shuffle", unit: "µs" }));
  const runs = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await program("custom.mjs", "--count", String(count * 5))());
  return rows.map(({ part, ...row }) => ({ ...row, ...addedOf(runs.map((run) => run[part]), runs.map((run) => run.builtIn)) }));
}

/**
 * What a call costs more whose router tells OpenTelemetry of it: until its caller has the answer, and with all that is done
 * beside it.
 * @param {{ rounds: number, count: number }} effort
 * @returns {Promise<import("../ratio.mjs").AddedRow[]>}
 */
export async function measureCallbacks({ rounds, count }) {
  const rows = [
    { name: "callback-path", title: "completion, until its answer", part: "path", aim: 5 },
    { name: "callback-all", title: "completion, with the telling beside it", part: "all" },
  ].map((row) => ({ ...row, baseline: "no callback", unit: "µs" }));
  try {
    const runs = [];
    for (let round = 0; round < rounds; round += 1) runs.push(await program("callbacks.mjs", "--count", String(count * 5))());
    return rows.map(({ part, ...row }) => ({ ...row, ...addedOf(runs.map((run) => run[part].with), runs.map((run) => run[part].without)) }));
  } catch (error) {
    return rows.map(({ part: _, ...row }) => ({ ...row, failure: error.message }));
  }
}
