/**
 * Kills a server under a stream, again and again: before its first word, and in the middle of its answer. One group has
 * the two faces of llama.cpp's server, Anthropic's and OpenAI's; the first of the two dies in every round. See README.md.
 *
 *     node examples/local-model/kills.mjs [--times 50] [--when before|mid|both] [--mid error|continue|both]
 *                                         [--first anthropic|openai|both] [--max-tokens 24]
 */

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Router } from "switchman";
import { prompt } from "./calls.mjs";
import { askForObjects, askOverFetch, Seen } from "./seen.mjs";
import { fetchOnce, MODEL_NAME, startServer, stopServer } from "./servers.mjs";
import { setUp } from "./setup.mjs";
import { complaints, example, otherFace, table } from "./verdict.mjs";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "50" },
    when: { type: "string", default: "both" },
    mid: { type: "string", default: "both" },
    first: { type: "string", default: "anthropic" },
    "max-tokens": { type: "string", default: "24" },
  },
});
const times = positive("times");
const maxTokens = positive("max-tokens");
const model = { name: MODEL_NAME, maxTokens };

/** In mid-stream the kill comes with one of the first pieces, so that it finds the server at work. */
const MOST_PIECES = 8;
if (maxTokens < 2 * MOST_PIECES) throw new RangeError(`--max-tokens must be ${2 * MOST_PIECES} or more`);

/** Parts of the time that the first server needs for the long prompt; 0 is as soon as it is asked. */
const MOMENTS = [0, 0.1, 0.2, 0.3, 0.4];

/** A prompt that takes its time: before the first word there is a moment to be killed in. */
const longPrompt = (call) => [...Array(12).keys(), call].map(prompt).join("\n");

const plans = chosen("first", ["anthropic", "openai"]).flatMap((first) =>
  chosen("when", ["mid", "before"]).flatMap((when) => {
    const mids = when === "before" ? ["error"] : chosen("mid", ["error", "continue"]);
    return mids.map((mid) => ({ first, when, mid }));
  }));

const paths = await setUp();
const started = performance.now();
const right = await startServer({ ...paths, name: "right", slots: 1 });
let next = prepareLeft();
const rounds = [];
const wrong = [];
try {
  const promptMs = plans.some(({ when }) => when === "before") ? await measurePrompt() : 0;
  for (const plan of plans) {
    for (let round = 1; round <= times; round++) {
      const played = await play(plan, round, promptMs);
      rounds.push(played);
      for (const line of complaints(played, model)) {
        console.error(`FAILED: ${line}`);
        wrong.push(line);
      }
    }
    console.error(`${plan.first} first, ${plan.when}, ${plan.mid}: ${times} rounds`);
  }
  console.log(table(rounds, model));
  console.log(`\n${rounds.length} servers killed, ${wrong.length} complaints, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  console.log(example(rounds, prompt));
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await Promise.all([stopServer(right), next.then(stopServer, () => {})]);
}

/** Starts the server for the round to come, while the present one goes on. */
function prepareLeft() {
  const server = startServer({ ...paths, name: "left", slots: 1 });
  server.catch(() => {}); // awaited by the next round
  return server;
}

/** One round: a stream, and the death of the first server at its moment. Played again if the moment was missed. */
async function play(plan, round, promptMs) {
  for (let haste = 1; ; haste /= 2) {
    const left = await next;
    const router = new Router(config(plan, left), { fetch: fetchOnce });
    try {
      const played = await playOnce(plan, round, promptMs * haste, left, router);
      if (played) return played;
      console.error(`round ${round}: the first word came before the kill, once more`);
    } finally {
      await left.kill();
      router.free();
    }
  }
}

async function playOnce(plan, round, promptMs, left, router) {
  const isMid = plan.when === "mid";
  const request = chat(isMid ? prompt(round) : longPrompt(round));
  // Asked first, and of a server that stays: it says what the killed one would have said.
  const uninterrupted = plan.mid === "continue" || !isMid ? await askDirectly(request) : undefined;
  const surface = round % 2 === 0 ? "fetch" : "objects";
  const seen = new Seen();
  let pieces = 0;
  let isKilled = false;
  const kill = () => {
    if (isKilled) return;
    isKilled = true;
    pieces = seen.pieces;
    left.kill("SIGKILL");
    next = prepareLeft();
  };

  const asked = performance.now();
  const opened = (surface === "fetch" ? askOverFetch : askForObjects)(router, request, seen);
  if (!isMid) {
    let isOpen = false;
    opened.then(() => (isOpen = true), () => (isOpen = true));
    const moment = MOMENTS[round % MOMENTS.length] * promptMs;
    if (moment > 0) await sleep(moment);
    const isLate = isOpen;
    kill();
    if (isLate) return void (await (await opened)(() => {}));
  }
  const read = await opened;
  await read(() => {
    if (isMid && seen.pieces >= 1 + (round % MOST_PIECES)) kill();
  });
  if (!isKilled) kill(); // The stream ended by itself, which is a complaint.
  return { round, plan, surface, seen, pieces, ms: performance.now() - asked, uninterrupted };
}

/** A router with the left server before the right one. It lives for one round, and benches nobody in it. */
function config({ first, mid }, left) {
  const deployment = (server, face, order) => {
    const api_base = face === "openai" ? `${server.origin}/v1` : server.origin;
    return {
      model_name: "local",
      litellm_params: { model: `${face}/${MODEL_NAME}`, api_base, api_key: "none", order },
      model_info: { id: server.name, supports_assistant_prefill: true },
    };
  };
  const model_list = [deployment(left, first, 1), deployment(right, otherFace(first), 2)];
  return { model_list, num_retries: 2, disable_cooldowns: true, mid_stream: mid };
}

function chat(content) {
  const messages = [{ role: "user", content }];
  return { model: "local", messages, max_tokens: maxTokens, temperature: 0, stream_options: { include_usage: true } };
}

/** What the right server says without a router. */
async function askDirectly(request) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ ...request, stream_options: undefined });
  const response = await fetchOnce(`${right.origin}/v1/chat/completions`, { method: "POST", headers, body });
  return (await response.json()).choices[0].message.content;
}

/** How long a new server takes from the long prompt to its first word, in milliseconds. It is used up by that. */
async function measurePrompt() {
  const left = await next;
  const router = new Router(config({ first: "openai", mid: "error" }, left), { fetch: fetchOnce });
  const asked = performance.now();
  const seen = new Seen();
  const read = await askForObjects(router, chat(longPrompt(0)), seen);
  const ms = performance.now() - asked;
  await read(() => {});
  router.free();
  await left.kill();
  next = prepareLeft();
  console.error(`the first word of the long prompt comes after ${ms.toFixed(0)} ms`);
  return ms;
}

function chosen(name, all) {
  if (values[name] === "both") return all;
  if (!all.includes(values[name])) throw new RangeError(`--${name} must be one of ${all.join(", ")}, both`);
  return [values[name]];
}

function positive(name) {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`--${name} must be a whole number above 0`);
  return number;
}
