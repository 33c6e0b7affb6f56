/**
 * `npm run bench`: what the router costs beside a program that does without, as ratios within one run.
 *
 *     --only node|workerd|size   one part; may be given more than once
 *     --quick                    a short run that shows that everything works; its figures say little
 *     --careful                  more rounds, for figures that are to be published
 *     --json <file>              the figures as JSON, too
 *
 * An aim that is missed is reported and no failure; a contender that answers wrongly is one.
 */

import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureNode } from "../benches/node/run.mjs";
import { printBytes, printRatios } from "../benches/table.mjs";
import { measureWorkerd } from "../benches/workerd/run.mjs";
import { build } from "./build.mjs";
import { script, UsageError } from "./run.mjs";
import { npmPackages } from "./setup.mjs";
import { sizes } from "./sizes.mjs";

const EFFORT = {
  quick: { node: { rounds: 1, ms: 150, warmUpMs: 100 }, workerd: { rounds: 3, share: 0.5 } },
  usual: { node: { rounds: 3, ms: 1_500, warmUpMs: 1_500 }, workerd: { rounds: 21, share: 1 } },
  careful: { node: { rounds: 5, ms: 2_500, warmUpMs: 2_500 }, workerd: { rounds: 51, share: 1 } },
};

const PARTS = {
  node: {
    measure: (effort) => measureNode(effort.node),
    print: (rows) => printRatios("Node: processor time of a request, beside the same by other means", rows),
  },
  workerd: {
    measure: (effort) => measureWorkerd(effort.workerd),
    print: (rows) => printRatios("workerd: wall time of a request from client over relay to upstream and back", rows),
  },
  size: { measure: () => sizes(), print: printBytes },
};

await script(async () => {
  const { values: options } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: Object.keys(PARTS) },
      quick: { type: "boolean", default: false },
      careful: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  for (const name of options.only) {
    if (!PARTS[name]) throw new UsageError(`--only takes ${Object.keys(PARTS).join(", ")}, not "${name}"`);
  }
  await npmPackages();
  await build();
  const machine = { node: process.version, processor: cpus()[0].model, processors: availableParallelism(), load: loadavg()[0] };
  console.log(`Node ${machine.node} on ${machine.processors} × ${machine.processor}, load ${machine.load.toFixed(1)}`);
  if (machine.load > machine.processors / 2) console.log("The machine is busy: read the spread, not the ratio alone.");

  const effort = EFFORT[options.quick ? "quick" : options.careful ? "careful" : "usual"];
  const figures = {};
  for (const name of options.only) {
    figures[name] = await PARTS[name].measure(effort);
    PARTS[name].print(figures[name]);
  }
  if (options.only.some((name) => name !== "size")) {
    console.log("\nratio: router to baseline, the median of the rounds; spread: the middle half of them. (aim): of the next version.");
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ machine, ...figures }, null, 2)}\n`);
  const failures = Object.values(figures).flat().filter((row) => row.failure !== undefined);
  if (failures.length > 0) {
    throw new UsageError(`\nwrong answers:\n${failures.map(({ name, failure }) => `  ${name}: ${failure}`).join("\n")}`);
  }
});
