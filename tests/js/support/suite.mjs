/** Runs case functions on Node and in workerd: the same functions, against the same packed package. */

import { after, before, describe, test } from "node:test";
import { importPacked, workerdWith } from "../pack.mjs";
import { at } from "../../../scripts/project.mjs";
import { makeKit } from "./kit.js";

/** The runner's own bound, for what {@link inTime} cannot stop. */
const LIMIT = { timeout: 60_000 };

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

/** The worker that runs cases. Node's modules are for the cases' assertions; the package needs none. */
export const caseWorker = (options) =>
  workerdWith(at("tests", "js", "workers", "cases.js"), {
    ...options,
    miniflare: { compatibilityFlags: ["nodejs_compat"], ...options?.miniflare },
  });

/** @typedef {Record<string, (kit: ReturnType<typeof makeKit>) => Promise<void>>} Cases by their titles */

/**
 * Runs suites of cases on Node, then in one worker.
 * @param {Record<string, Cases>} suites under the names they have in `cases/index.js`
 */
export function onBoth(suites) {
  for (const [name, cases] of Object.entries(suites)) onNode(name, cases);
  describe("in workerd", LIMIT, () => {
    let worker;
    before(async () => (worker = await caseWorker()));
    after(() => worker?.stop());
    for (const [name, cases] of Object.entries(suites)) {
      describe(`${name}, in workerd`, LIMIT, () => {
        for (const title of Object.keys(cases)) test(title, LIMIT, () => inWorker(worker, name, title));
      });
    }
  });
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

async function inWorker(worker, suite, title) {
  const request = { method: "POST", body: JSON.stringify({ suite, title }) };
  const report = await inTime(worker.fetch("/case", request));
  const text = await report.text();
  if (report.status !== 200) throw new Error(`in workerd: ${text}\n${worker.log.join("\n")}`);
}
