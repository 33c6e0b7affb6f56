/** Runs case functions on every runtime: the same functions, against the same packed package. */

import { after, before, describe, test } from "node:test";
import { importPacked } from "../pack.mjs";
import { makeKit } from "./kit.js";
import { caseWorker, startWorkerd } from "./runtimes.mjs";

export { caseWorker };

/** The runner's own bound, for what {@link inTime} cannot stop. */
const LIMIT = { timeout: 60_000 };

/** The same for all suites of a runtime together. */
export const SUITES_LIMIT = { timeout: 300_000 };

/** How long one case may take, in milliseconds. */
const CASE_MS = 15_000;

/** A hung call must end as a failed test of its own: the timer also keeps Node from ending the run for want of events. */
async function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the case hangs: not over after ${CASE_MS} ms`)), CASE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The package and the test kit on Node. */
export async function nodeKit() {
  return makeKit(await importPacked(), await importPacked("switchman/testkit"), "node");
}

/** @typedef {Record<string, (kit: ReturnType<typeof makeKit>) => Promise<void>>} Cases by their titles */

/**
 * Runs suites of cases on Node, then in one worker.
 * @param {Record<string, Cases>} suites under the names they have in `cases/index.js`
 */
export function onBoth(suites) {
  for (const [name, cases] of Object.entries(suites)) onNode(name, cases);
  onRemote("workerd", startWorkerd, suites);
}

function onNode(name, cases) {
  describe(`${name}, on Node`, LIMIT, () => {
    for (const [title, run] of Object.entries(cases)) {
      test(title, LIMIT, async () => {
        const kit = await nodeKit();
        await inTime(run(kit).then(() => kit.settled()));
      });
    }
  });
}

/**
 * Runs suites of cases in another runtime, which is started once for all of them.
 * @param {string} runtime its name
 * @param {() => Promise<import("./runtimes.mjs").Runtime>} start
 * @param {Record<string, Cases>} suites under the names they have in `cases/index.js`
 * @param {(remote: () => import("./runtimes.mjs").Runtime) => void} [more] declares more tests with the same process
 */
export function onRemote(runtime, start, suites, more) {
  describe(`in ${runtime}`, SUITES_LIMIT, () => {
    let remote;
    before(async () => (remote = await start()));
    after(() => remote?.stop());
    more?.(() => remote);
    for (const [suite, cases] of Object.entries(suites)) {
      describe(`${suite}, in ${runtime}`, LIMIT, () => {
        for (const title of Object.keys(cases)) {
          test(`${title}, in ${runtime}`, LIMIT, async () => {
            const { status, body } = await inTime(remote.ask("/case", { suite, title }));
            if (status !== 200) throw new Error(`in ${runtime}: ${body}\n${remote.log.join("\n")}`);
          });
        }
      });
    }
  });
}
