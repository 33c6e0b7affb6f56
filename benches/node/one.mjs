/**
 * One contender at one case, alone in its process:
 *
 *     node benches/node/one.mjs <router | bare | by-hand | floor | core | relayed> <case> [--ms 1500] [--warm-up-ms 1500] [--profile <file>]
 *
 * Prints `{ micros, count }` as JSON: processor time per request in µs (user and system, threads of the collector and the
 * compiler included) and the requests that it was measured over. Both times are of the processor, so a busy machine makes a
 * run longer, not its sample smaller. A warm-up that is too short counts half-compiled code: it takes thousands of requests.
 */

import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { parseArgs } from "node:util";
import { caseNamed } from "./cases.mjs";
import { check } from "./check.mjs";
import { contender } from "./contenders.mjs";

/** Requests between two turns of the event loop: timers and finalizers must run too. */
const BATCH = 16;

/** Wall time between two looks at the processor's clock, in ms: a look can cost as much as a request. */
const LOOK_MS = 20;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    ms: { type: "string", default: "1500" },
    "warm-up-ms": { type: "string", default: "1500" },
    profile: { type: "string" },
  },
});
const one = caseNamed(positionals[1]);
const { once, sent, ran } = contender(positionals[0], one);

await check(ran, await once(), sent());
await measure(Number(values["warm-up-ms"]));
const run = () => measure(Number(values.ms));
console.log(JSON.stringify(values.profile ? await profiled(values.profile, run) : await run()));

/** Runs for `ms` of processor time. */
async function measure(ms) {
  const before = process.cpuUsage();
  let look = performance.now() + LOOK_MS;
  for (let count = BATCH; ; count += BATCH) {
    for (let index = 0; index < BATCH; index += 1) await once();
    await new Promise(setImmediate);
    if (performance.now() < look) continue;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= ms * 1000) return { micros: (user + system) / count, count };
    look = performance.now() + LOOK_MS;
  }
}

/** Writes a `.cpuprofile` of what `body` does. */
async function profiled(file, body) {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  const result = await body();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  writeFileSync(file, JSON.stringify(profile));
  return result;
}
