/** The runtimes beside Node and browsers: each is one process that runs cases when asked. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { programOf } from "../../../scripts/programs.mjs";
import { at } from "../../../scripts/project.mjs";
import { IMPORTER, packed, workerdWith } from "../pack.mjs";

/**
 * @typedef {object} Runtime
 * @property {(path: string, asked: object) => Promise<{ status: number, body: string }>} ask see `remote.js`
 * @property {string[]} log what it has printed besides
 * @property {() => Promise<void>} stop
 */

/** The worker that runs cases. Node's modules are for the cases' assertions; the package needs none. */
export const caseWorker = (options) =>
  workerdWith(at("tests", "js", "workers", "cases.js"), {
    ...options,
    miniflare: { compatibilityFlags: ["nodejs_compat"], ...options?.miniflare },
  });

const post = (asked) => ({ method: "POST", body: JSON.stringify(asked) });

/** Makes one call in a runtime, see `perform.js`. */
export async function performIn(runtime, scenario) {
  const { status, body } = await runtime.ask("/perform", scenario);
  if (status !== 200) throw new Error(body);
  return JSON.parse(body);
}

/** @returns {Promise<Runtime>} */
export async function startWorkerd() {
  const worker = await caseWorker();
  const ask = async (path, asked) => {
    const response = await worker.fetch(path, post(asked));
    return { status: response.status, body: await response.text() };
  };
  return { ask, log: worker.log, stop: worker.stop };
}

/** It asks nobody for more rights than it is given, and fetches nothing that is not installed. */
export const DENO = ["run", "--no-prompt", "--cached-only"];

export const startDeno = () => startServed(programOf("deno"), [...DENO, "--allow-read", "--allow-env", "--allow-net=127.0.0.1"]);
export const startBun = () => startServed(programOf("bun"), ["--no-install", "run"]);

/**
 * Starts a program of these runtimes that serves cases.
 * @returns {Promise<Runtime>}
 */
async function startServed(program, flags) {
  const args = [...flags, at("tests", "js", "workers", "served.mjs"), join(await packed(), IMPORTER)];
  const child = spawn(program, args, { cwd: await packed(), stdio: ["pipe", "pipe", "pipe"] });
  const log = [];
  const ended = once(child, "close");
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const lines = createInterface({ input: child.stdout });
  const [port] = await Promise.race([once(lines, "line"), ended.then(() => [])]);
  if (!port) throw new Error(`${program} did not start:\n${log.join("\n")}`);
  lines.on("line", (line) => log.push(line));
  return {
    async ask(path, asked) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, post(asked));
      return { status: response.status, body: await response.text() };
    },
    log,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
