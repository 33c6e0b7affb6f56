/**
 * What a call costs more whose deployment the program's own function picks, alone in its process:
 *
 *     node benches/node/custom.mjs [--count 20000] [--among 10]
 *
 * Three routers make calls in turns, so that a load that comes or goes meets all: one by simple-shuffle, one by a function
 * that answers at once, one by a function that answers by a promise. Prints as JSON, in µs of processor time a call.
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { Router } from "switchman";
import { ANSWER, chatRequest, replyHeaders } from "../payload.js";

/** Calls of one turn. */
const TURN = 200;

const { values } = parseArgs({ options: { count: { type: "string", default: "20000" }, among: { type: "string", default: "10" } } });
const turns = Math.ceil(Number(values.count) / TURN);

const whole = new TextEncoder().encode(JSON.stringify(ANSWER));
const headers = replyHeaders("application/json");
const fetch = () => Promise.resolve(new Response(whole, { headers }));
const request = { ...chatRequest({ kilobytes: 1 }), model: "chat" };

const model_list = Array.from({ length: Number(values.among) }, (_, n) => ({
  model_name: "chat",
  litellm_params: { model: "openai/m", api_key: `sk-${n}`, api_base: `https://host-${n}.test/v1` },
  model_info: { id: `d${n}` },
}));

/** The one with the fewest sends under way, the first of several. */
function least(candidates) {
  let found = candidates[0];
  for (const one of candidates) if (one.open_sends < found.open_sends) found = one;
  return found.id;
}

const custom = { model_list, routing_strategy: "custom" };
const routers = {
  builtIn: new Router({ model_list }, { fetch }),
  custom: new Router(custom, { fetch, customRoutingStrategy: least }),
  promised: new Router(custom, { fetch, customRoutingStrategy: async (candidates) => least(candidates) }),
};

async function turn(router) {
  const before = process.cpuUsage();
  for (let n = 0; n < TURN; n += 1) await router.completion(request);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function measure(rounds) {
  const names = Object.keys(routers);
  const sums = Object.fromEntries(names.map((name) => [name, 0]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) sums[name] += (await turn(routers[name])) / (rounds * TURN);
  }
  return sums;
}

await measure(Math.ceil(turns / 2));
const figures = await measure(turns);
for (const name of ["custom", "promised"]) {
  const { deployments } = routers[name].snapshot();
  assert.equal(deployments[0].totals.ok, (turns + Math.ceil(turns / 2)) * TURN, "the choices are not the function's");
}
console.log(JSON.stringify(figures));
