/**
 * What a call costs more whose router tells OpenTelemetry of it, alone in its process:
 *
 *     node benches/node/callbacks.mjs [--count 20000]
 *
 * Two routers, one with the callback and one without, make calls in turns, so that a load that comes or goes meets both.
 * Prints as JSON, in µs of processor time a call: `path`, with and without, what passes until the caller has its answer;
 * `all`, the same with what is done beside it: writing and sending the spans and the metrics.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Router } from "switchman";
import { at } from "../../scripts/project.mjs";
import { ANSWER, chatRequest, CONFIG, replyHeaders } from "../payload.js";

/** Calls of one turn: fewer than are told at once. */
const TURN = 200;

const { values } = parseArgs({ options: { count: { type: "string", default: "20000" } } });
const turns = Math.ceil(Number(values.count) / TURN);

const whole = new TextEncoder().encode(JSON.stringify(ANSWER));
const headers = replyHeaders("application/json");
const fetch = () => Promise.resolve(new Response(whole, { headers }));
const request = chatRequest({ kilobytes: 1 });

const sink = spawn(process.execPath, [at("benches", "node", "sink.mjs")], { stdio: ["pipe", "pipe", "inherit"] });
const [port] = await once(createInterface({ input: sink.stdout }), "line");
const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
const routers = { with: new Router({ ...CONFIG, callbacks: ["otel"] }, { fetch, env }), without: new Router(CONFIG, { fetch }) };

const micros = (before) => {
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

/** One turn of a router: the time until its answers are there, and that with all that follows. */
async function turn(router) {
  const before = process.cpuUsage();
  for (let n = 0; n < TURN; n += 1) await router.completion(request);
  const path = micros(before);
  await router.flush();
  await new Promise(setImmediate);
  return { path, all: micros(before) };
}

async function measure(rounds) {
  const sums = { path: { with: 0, without: 0 }, all: { with: 0, without: 0 } };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? ["with", "without"] : ["without", "with"];
    for (const name of order) {
      const { path, all } = await turn(routers[name]);
      sums.path[name] += path / (rounds * TURN);
      sums.all[name] += all / (rounds * TURN);
    }
  }
  return sums;
}

await measure(Math.ceil(turns / 2));
const figures = await measure(turns);
const told = routers.with.snapshot().callbacks;
assert.ok(told.length === 2 && told.every(({ delivered, dropped }) => delivered === (turns + Math.ceil(turns / 2)) * TURN && dropped === 0), JSON.stringify(told));
sink.stdin.end();
console.log(JSON.stringify(figures));
