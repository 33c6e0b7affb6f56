/**
 * Where the time of one contender goes:
 *
 *     node benches/node/profile.mjs <router | bare | by-hand | relayed> <case> [--ms 3000] [--top 25]
 *
 * Prints self times in µs a request, first by file, then by function: what the collector, the runtime's own code, our
 * JavaScript and the wasm take. A profile is of the main thread only and slows everything down: compare shares, not sums.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { at } from "../../scripts/project.mjs";
import { outputOf, script } from "../../scripts/run.mjs";

await script(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { ms: { type: "string", default: "3000" }, top: { type: "string", default: "25" } },
  });
  const folder = await mkdtemp(join(tmpdir(), "profile-"));
  try {
    const file = join(folder, "one.cpuprofile");
    const args = [at("benches", "node", "one.mjs"), ...positionals, "--ms", values.ms, "--profile", file];
    const { micros } = JSON.parse(await outputOf(process.execPath, args));
    const profile = JSON.parse(await readFile(file, "utf8"));
    console.log(`${micros.toFixed(1)} µs a request while profiled`);
    print(selfTimes(profile, fileOf), micros, 20);
    print(selfTimes(profile, nameOf), micros, Number(values.top));
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Self time by whatever `key` makes of a call frame, as a share of all time that was not idle, the largest first. */
function selfTimes({ nodes, samples, timeDeltas }, key) {
  const keyOf = new Map(nodes.map(({ id, callFrame }) => [id, key(callFrame)]));
  const spent = new Map();
  samples.forEach((id, index) => {
    const name = keyOf.get(id);
    if (name !== "(idle)") spent.set(name, (spent.get(name) ?? 0) + Math.max(timeDeltas[index], 0));
  });
  const total = [...spent.values()].reduce((sum, micros) => sum + micros, 0);
  return [...spent].map(([name, micros]) => ({ name, share: micros / total })).sort((a, b) => b.share - a.share);
}

function fileOf({ functionName, url }) {
  if (url === "") return functionName.startsWith("(") && functionName !== "(anonymous)" ? functionName : "built in";
  if (url.startsWith("wasm:")) return "wasm";
  return url.startsWith("node:") ? url : basename(url);
}

function nameOf(frame) {
  const name = frame.functionName || "(anonymous)";
  return frame.url === "" ? name : `${name} ${fileOf(frame)}:${frame.lineNumber + 1}`;
}

function print(rows, micros, top) {
  console.log("");
  for (const { name, share } of rows.slice(0, top)) {
    console.log(`${(share * micros).toFixed(1).padStart(8)} µs ${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}
