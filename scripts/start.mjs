/**
 * `npm start`: the demo worker in the real Workers runtime on this machine, ready for a request, and the page at `/`.
 *
 *     --port 8787    where it listens; 0 takes any free port
 *     --once         sends the printed request itself, prints the answer and ends
 *
 * Without `OPENAI_API_KEY` in the environment two fake providers answer, one of them overloaded at times; with it, OpenAI.
 */

import { once } from "node:events";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { at } from "./project.mjs";
import { script, UsageError } from "./run.mjs";
import { npmPackages } from "./setup.mjs";
import { startWorker } from "./worker.mjs";
import { pageFiles, pageResponse } from "./www.mjs";

const PATH = "/v1/chat/completions";
const BODY = JSON.stringify({ model: "chat", messages: [{ role: "user", content: "What does a switchman do?" }] });

async function start() {
  const { values: options } = parseArgs({
    options: { port: { type: "string", default: "8787" }, once: { type: "boolean", default: false } },
  });
  const port = Number(options.port);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) throw new UsageError(`--port takes a number from 0 to 65535, not "${options.port}"`);
  await mustBeFree(port);
  await npmPackages();
  await build();
  const { OPENAI_API_KEY } = process.env;
  const files = pageFiles();
  const worker = await startWorker(at("scripts", "logged.js"), {
    port,
    services: { PAGE: ({ url }) => pageResponse(files, new URL(url).pathname.slice(1)) },
    bindings: OPENAI_API_KEY ? { OPENAI_API_KEY } : {},
    onLog: (line) => console.log(line),
  });
  const ended = interrupted();
  console.log(`The demo worker runs at ${worker.url}; ${OPENAI_API_KEY ? "OpenAI answers" : "fake providers answer (OPENAI_API_KEY is not set)"}.`);
  console.log(`The page, with a router in the browser and fake providers to break, is at ${worker.url}/`);
  console.log(`\n  curl -s ${worker.url}${PATH} -H 'content-type: application/json' -d '${BODY}'\n`);
  try {
    if (options.once) await request(worker.url + PATH);
    else await ended;
  } finally {
    await worker.stop();
  }
}

/** What the printed line does. */
async function request(url) {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: BODY });
  console.log(await response.text());
  if (!response.ok) throw new Error(`the answer's status is ${response.status}`);
}

/** Finds out before a build, and in a sentence; the runtime itself would answer with a stack of addresses. */
async function mustBeFree(port) {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch ({ code }) {
    throw new UsageError(`port ${port} cannot be had (${code}): end what listens there, or choose another with --port`);
  } finally {
    probe.close();
  }
}

/** Ctrl-C, or a polite request to end. */
async function interrupted() {
  const signals = ["SIGINT", "SIGTERM"];
  // Miniflare's own listeners would end the process at once, and as a failure.
  for (const signal of signals) process.removeAllListeners(signal);
  await Promise.race(signals.map((signal) => once(process, signal)));
}

await script(start);
