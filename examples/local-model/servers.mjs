/** llama.cpp's server as a child process: start it on a free loopback port, watch it work, stop it gently or with SIGKILL. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * @typedef {object} ModelServer
 * @property {string} name the name given by the caller, used in messages.
 * @property {string} origin `http://127.0.0.1:PORT`.
 * @property {number} pid
 * @property {Promise<Exit>} exited settles when the process is gone; never rejects.
 * @property {(signal?: NodeJS.Signals) => Promise<Exit>} kill sends the signal (SIGKILL unless told) and waits for the end.
 * @property {() => string} tail the last lines that the server wrote, for diagnosis.
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, error?: Error }} Exit
 */

/** The model's name on the wire; the server answers to any, this is the one it reports. */
export const MODEL_NAME = "gemma-3-270m";

/**
 * The prompt is the bare text of the messages: this model was trained to continue text, not to chat, and the wrappings
 * of a chat make it repeat the question. (With `--jinja`, the server's default, even `gemma` would be taken as a
 * template, one that renders every conversation to that word.)
 */
const CHAT_TEMPLATE = "{% for message in messages %}{{ message.content }}{% if not loop.last %}\n{% endif %}{% endfor %}";

/** How many of the server's last lines are kept. */
const TAIL_LINES = 40;

/** The pause between two looks at a server, in milliseconds. */
const POLL_MS = 5;

/**
 * Starts a server and waits until it is ready for calls.
 *
 * The system picks the port (`--port 0`) and the server reports it, so that no other program can take it in between.
 *
 * @param {object} options
 * @param {string} options.server path of the `llama-server` binary.
 * @param {string} options.model path of the GGUF file.
 * @param {string} options.name a name for messages.
 * @param {number} [options.slots] answers it writes at the same time, sharing 2,048 tokens of context (default 2).
 * @param {number} [options.startupMs] the longest wait until it is ready (default 60,000).
 * @returns {Promise<ModelServer>}
 * @throws {Error} if it ends or stays silent before it is ready; the message carries its last lines.
 */
export async function startServer({ server, model, name, slots = 2, startupMs = 60_000 }) {
  const args = ["--model", model, "--alias", MODEL_NAME, "--chat-template", CHAT_TEMPLATE, "-c", "2048", "-t", "1"];
  args.push("--parallel", String(slots), "--kv-unified", "--cache-ram", "0", "--slots", "--metrics", "--no-ui", "--offline");
  args.push("--host", "127.0.0.1", "--port", "0");

  const child = spawn(server, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  killWithThisProcess(child, exited);
  const output = readOutput(child);
  const kill = (signal = "SIGKILL") => (child.kill(signal), exited);

  const startup = new AbortController();
  const timer = setTimeout(() => startup.abort(new Error(`not ready after ${startupMs} ms`)), startupMs);
  exited.then((exit) => startup.abort(exit.error ?? new Error(`ended before it was ready (${exit.signal ?? `exit code ${exit.code}`})`)));
  try {
    const origin = await Promise.race([output.listening, rejection(startup.signal)]);
    await untilHealthy(origin, startup.signal);
    return { name, origin, pid: child.pid, exited, kill, tail: output.tail };
  } catch (cause) {
    await kill();
    throw new Error(`server ${name}: ${cause.message}\n${output.tail()}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Asks a server to end, and ends it if it has not within five seconds. */
export async function stopServer(server) {
  const patience = new AbortController();
  const insist = sleep(5_000, undefined, { signal: patience.signal }).then(() => server.kill(), () => undefined);
  await server.kill("SIGTERM");
  patience.abort();
  await insist;
}

/**
 * Waits until a server is in the middle of an answer, that is, until it has written at least `tokens` of one.
 *
 * @param {ModelServer} server
 * @param {{ tokens?: number, timeoutMs?: number }} [options] defaults: 2 tokens, 10,000 ms.
 * @returns {Promise<number>} how many tokens it had written.
 * @throws {Error} if no answer got that far in time.
 */
export async function untilWriting(server, { tokens = 2, timeoutMs = 10_000 } = {}) {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const slots = await (await fetch(`${server.origin}/slots`)).json();
    const written = slots.map((slot) => (slot.is_processing ? slot.next_token[0].n_decoded : 0));
    if (Math.max(...written) >= tokens) return Math.max(...written);
    await sleep(POLL_MS);
  }
  throw new Error(`server ${server.name}: no answer of ${tokens} tokens was under way within ${timeoutMs} ms`);
}

/** @returns {Promise<number>} the tokens that the server has written since it started, by its own count. */
export async function tokensWritten(server) {
  const metrics = await (await fetch(`${server.origin}/metrics`)).text();
  return Number(/^llamacpp:tokens_predicted_total (\S+)$/m.exec(metrics)[1]);
}

/**
 * Sends each request on a connection of its own. llama.cpp's server closes a connection after a stream without having
 * said so, and Node's `fetch` now and then puts the next request on it just then: a fault that has nothing to do with
 * the one this example is about.
 */
export function fetchOnce(url, init) {
  const headers = new Headers(init.headers);
  headers.set("connection", "close");
  return fetch(url, { ...init, headers });
}

/** Reads both output streams line by line: keeps the last lines, and finds the address the server reports once its model is loaded. */
function readOutput(child) {
  const lines = [];
  const listening = new Promise((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", (line) => {
        lines.push(line);
        if (lines.length > TAIL_LINES) lines.shift();
        const [, origin] = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
        if (origin) resolve(origin);
      });
    }
  });
  return { listening, tail: () => lines.join("\n") };
}

async function untilHealthy(origin, signal) {
  while (!(await fetch(`${origin}/health`, { signal })).ok) await sleep(POLL_MS, undefined, { signal });
}

/** A promise that only ever rejects: with the signal's reason, when it is aborted. */
function rejection(signal) {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

const children = new Set();
let guarded = false;

/** Leaves no server behind, however this process ends short of SIGKILL. */
function killWithThisProcess(child, exited) {
  if (!guarded) {
    guarded = true;
    process.on("exit", () => children.forEach((each) => each.kill("SIGKILL")));
    process.once("SIGINT", () => process.exit(130));
    process.once("SIGTERM", () => process.exit(143));
  }
  children.add(child);
  exited.then(() => children.delete(child));
}
