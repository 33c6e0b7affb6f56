/**
 * What a choice without a call takes, alone in its process:
 *
 *     node benches/node/choice.mjs <router | empty> [--count 100000] [--among 10]
 *
 * Prints `{ micros }` as JSON: processor time of one `getAvailableDeployment`, or of a function that does nothing.
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { Router } from "switchman";

const { positionals: [way], values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "100000" }, among: { type: "string", default: "10" } },
});
const model_list = Array.from({ length: Number(values.among) }, (_, n) => ({
  model_name: "chat",
  litellm_params: { model: "openai/m", api_key: `sk-${n}`, api_base: `https://host-${n}.test/v1`, weight: n + 1 },
  model_info: { id: `d${n}` },
}));
const router = new Router({ model_list }, { seed: 1 });
const request = { model: "chat", messages: [{ role: "user", content: "Hello" }] };
const WAYS = { router: () => router.getAvailableDeployment(request).id, empty: () => "d0" };
const choose = WAYS[way];

/** @param {number} count */
function run(count) {
  const seen = new Set();
  const before = process.cpuUsage();
  for (let n = 0; n < count; n += 1) seen.add(choose());
  const { user, system } = process.cpuUsage(before);
  return { micros: (user + system) / count, seen };
}

const count = Number(values.count);
run(count);
const { micros, seen } = run(count);
assert.equal(seen.size, way === "router" ? model_list.length : 1, "the choices are not those of the weights");
console.log(JSON.stringify({ micros }));
