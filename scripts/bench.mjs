/**
 * `npm run bench`: what the router costs beside a program that does without, as ratios within one run.
 *
 *     --only <part>   one part; may be given more than once: node, choice, custom, callbacks, workerd, first-byte, cold, size
 *     --quick         a short run that shows that everything works; its figures say little
 *     --careful       more rounds, for figures that are to be published
 *     --json <file>   the figures as JSON, too
 *
 * An aim that is missed is reported and no failure; a contender that answers wrongly is one.
 */

import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureCallbacks, measureChoice, measureColdStart, measureCustom, measureFirstByte } from "../benches/node/latency.mjs";
import { addedPerEvent, measureNode } from "../benches/node/run.mjs";
import { printAdded, printBytes, printRatios } from "../benches/table.mjs";
import { measureWorkerdColdStart } from "../benches/workerd/cold.mjs";
import { measureWorkerd } from "../benches/workerd/run.mjs";
import { build } from "./build.mjs";
import { script, UsageError } from "./run.mjs";
import { npmPackages } from "./setup.mjs";
import { sizes } from "./sizes.mjs";

/** `wait` is of the parts that measure wall time on Node. */
const EFFORT = {
  quick: { node: { rounds: 1, ms: 150, warmUpMs: 100 }, workerd: { rounds: 3, share: 0.5 }, wait: { rounds: 1, count: 200 }, cold: { rounds: 2 } },
  usual: { node: { rounds: 3, ms: 1_500, warmUpMs: 1_500 }, workerd: { rounds: 21, share: 1 }, wait: { rounds: 5, count: 2_000 }, cold: { rounds: 15 } },
  careful: { node: { rounds: 5, ms: 2_500, warmUpMs: 2_500 }, workerd: { rounds: 51, share: 1 }, wait: { rounds: 9, count: 5_000 }, cold: { rounds: 41 } },
};

const PARTS = {
  node: {
    measure: (effort) => measureNode(effort.node).then((rows) => [...rows, ...addedPerEvent(rows)]),
    print(rows) {
      printRatios("Node: processor time of a request, beside the same by other means", rows.filter(({ unit }) => !unit));
      printAdded("Node: processor time of an event, with the request's part in it", rows.filter(({ unit }) => unit));
    },
  },
  choice: {
    measure: (effort) => measureChoice(effort.wait),
    print: (rows) => printAdded("Node: processor time of a choice without a call", rows),
  },
  custom: {
    measure: (effort) => measureCustom(effort.wait),
    print: (rows) => printAdded("Node: processor time of a call whose deployment the program's own strategy picks", rows),
  },
  callbacks: {
    measure: (effort) => measureCallbacks(effort.wait),
    print: (rows) => printAdded("Node: processor time of a call that OpenTelemetry is told of", rows),
  },
  workerd: {
    measure: (effort) => measureWorkerd(effort.workerd),
    print: (rows) => printRatios("workerd: wall time of a request from client over relay to upstream and back", rows),
  },
  "first-byte": {
    measure: (effort) => measureFirstByte(effort.wait),
    print: (rows) => printAdded("Node: wall time from the provider's first content to the caller's", rows),
  },
  cold: {
    measure: async (effort) => [...(await measureColdStart(effort.cold)), ...(await measureWorkerdColdStart(effort.cold))],
    print: (rows) => printAdded("Cold start: wall time to the first answer", rows),
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
    console.log("\nratio: router to baseline, added: router less baseline, each the median of the rounds; spread: the middle half of them.");
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ machine, ...figures }, null, 2)}\n`);
  const failures = Object.values(figures).flat().filter((row) => row.failure !== undefined);
  if (failures.length > 0) {
    throw new UsageError(`\nwrong answers:\n${failures.map(({ name, failure }) => `  ${name}: ${failure}`).join("\n")}`);
  }
});
