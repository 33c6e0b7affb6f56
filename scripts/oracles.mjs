/**
 * `npm run oracles`: fetches recorded traffic of real providers and holds what we make of it against what the
 * providers' own clients make of it. `npm run oracles -- anthropic` runs the test files whose names begin so.
 */

import { readdirSync } from "node:fs";
import { clients } from "./clients.mjs";
import { at, isMain } from "./project.mjs";
import { OutOfReach, recordings } from "./recordings.mjs";
import { run, script, UsageError } from "./run.mjs";
import { nodeTally } from "./tally.mjs";

function testFiles(beginning = "") {
  const isOne = (file) => file.endsWith(".test.mjs") && file.startsWith(beginning);
  const files = readdirSync(at("tests", "oracles")).filter(isOne);
  if (files.length === 0) throw new UsageError(`tests/oracles has no tests that begin with "${beginning}"`);
  return files.sort().map((file) => at("tests", "oracles", file));
}

/** Two files at a time: they compute, and wait for nothing. */
const runTests = (beginning, options) =>
  run(process.execPath, ["--test", "--test-concurrency=2", "--test-reporter=spec", ...testFiles(beginning)], options);

/** All that is fetched for it. */
async function fetched() {
  await recordings();
  await clients();
}

/** The step of `npm test`: where the recordings cannot be had, it is skipped by name. */
export async function oracles(tally) {
  try {
    await fetched();
  } catch (error) {
    if (!(error instanceof OutOfReach)) throw error;
    tally.skipped.push(`oracles: no recorded traffic; ${error.message}`);
    return;
  }
  await runTests("", { onLine: nodeTally(tally) });
}

if (isMain(import.meta)) {
  await script(async () => {
    await fetched().catch((error) => {
      throw error instanceof OutOfReach ? new UsageError(`There is no recorded traffic: ${error.message}`) : error;
    });
    await runTests(process.argv[2]);
  });
}
