/**
 * A hundred calls to a real language model, on two servers in one model group, one of which is killed half-way.
 * Every call must be answered. See README.md.
 *
 *     node examples/local-model/run.mjs [--stream] [--calls 100] [--concurrency 2] [--kill-at 50] [--max-tokens 16]
 */

import { parseArgs } from "node:util";
import { Router } from "switchman";
import { recordCall } from "./calls.mjs";
import { setUp } from "./setup.mjs";
import { fetchOnce, MODEL_NAME, startServer, stopServer, tokensWritten, untilWriting } from "./servers.mjs";
import { complaints, table } from "./report.mjs";

const { values } = parseArgs({
  options: {
    stream: { type: "boolean", default: false },
    calls: { type: "string", default: "100" },
    concurrency: { type: "string", default: "2" },
    "kill-at": { type: "string" },
    "max-tokens": { type: "string", default: "16" },
  },
});
const calls = positive("calls");
const concurrency = positive("concurrency");
const maxTokens = positive("max-tokens");
const killAt = values["kill-at"] === undefined ? Math.ceil(calls / 2) : positive("kill-at");
if (killAt > calls) throw new RangeError("--kill-at must not be above --calls");

const paths = await setUp();
const [left, right] = await Promise.all(["left", "right"].map((name) => startServer({ ...paths, name, slots: concurrency })));
console.error(`left: ${left.origin} (process ${left.pid}), right: ${right.origin} (process ${right.pid})`);

const router = new Router({
  model_list: [left, right].map((server) => ({
    model_name: "local",
    litellm_params: { model: `openai/${MODEL_NAME}`, api_base: `${server.origin}/v1`, api_key: "none" },
    model_info: { id: server.name },
  })),
  num_retries: 2,
}, values.stream ? { fetch: fetchOnce } : {});

try {
  const started = performance.now();
  const { results, kill } = await makeCalls();
  const wallMs = performance.now() - started;
  const counted = await tokensWritten(right);
  console.log(table({ results, kill, wallMs, counted }));

  const wrong = complaints({ results, counted, concurrency });
  for (const line of wrong) console.error(`FAILED: ${line}`);
  if (wrong.length > 0) {
    console.error(`\nthe last lines of server right:\n${right.tail()}`);
    process.exitCode = 1;
  }
} finally {
  await Promise.all([stopServer(left), stopServer(right)]);
  router.free();
}

/** Makes all calls, `concurrency` at a time; when call number `killAt` has started, kills the left server in the middle of an answer. */
async function makeCalls() {
  const results = [];
  let next = 0;
  let kill;
  const worker = async () => {
    while (next < calls) {
      const call = next++;
      const answer = recordCall(router, call, { stream: values.stream, maxTokens });
      if (call + 1 === killAt) {
        kill = killLeft(call + 1);
        kill.catch(() => {}); // awaited below, once the calls under way have ended
      }
      results.push(await answer);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { results, kill: await kill };
}

async function killLeft(call) {
  const tokens = await untilWriting(left);
  const { signal } = await left.kill("SIGKILL");
  console.error(`call ${call} has started: left ended by ${signal}, ${tokens} tokens into an answer`);
  return { call, tokens, signal };
}

function positive(name) {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`--${name} must be a whole number above 0`);
  return number;
}
