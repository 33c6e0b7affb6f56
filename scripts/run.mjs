/** Running other programs. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { root } from "./project.mjs";

/** A program ended with something else than 0. `code` is what our own process should exit with. */
export class ExitError extends Error {
  constructor(command, code, output = "") {
    super(`\`${command}\` failed with exit code ${code}${output && `:\n${output.trimEnd()}`}`);
    this.code = code;
  }
}

/** Something that whoever runs the script has to put right; told without a stack. */
export class UsageError extends Error {}

/**
 * Runs a program in the project's folder, on our terminal; what it prints is seen as it comes.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {Record<string, string | undefined>} [options.env] on top of our own environment; `undefined` takes a name out
 * @param {string} [options.cwd]
 * @param {(line: string) => void} [options.onLine] also sees each line of standard output, without colours
 * @throws {ExitError}
 */
export async function run(command, args, { env, cwd = root, onLine } = {}) {
  const stdio = ["ignore", onLine ? "pipe" : "inherit", "inherit"];
  const child = spawn(command, args, { cwd, stdio, env: { ...process.env, ...env } });
  const ended = once(child, "close");
  if (onLine) {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      process.stdout.write(`${line}\n`);
      onLine(line.replace(/\u001b\[[\d;]*m/g, ""));
    }
  }
  const [code] = await ended;
  if (code !== 0) throw new ExitError([command, ...args].join(" "), code ?? 1);
}

/**
 * Runs a program silently and gives what it printed on standard output. `timeout` is in milliseconds.
 * @throws {ExitError} with what it printed on standard error
 */
export async function outputOf(command, args, { env, cwd = root, timeout } = {}) {
  const child = spawn(command, args, { cwd, timeout, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const printed = ["", ""];
  [child.stdout, child.stderr].forEach((stream, index) => {
    stream.setEncoding("utf8").on("data", (text) => (printed[index] += text));
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new ExitError([command, ...args].join(" "), code ?? 1, printed[1] || printed[0]);
  return printed[0];
}

/** The version that `command --version` tells, or undefined when there is no such program. */
export async function versionOf(command) {
  try {
    return (await outputOf(command, ["--version"])).match(/\d+\.\d+\.\d+\S*/)?.[0];
  } catch {
    return undefined;
  }
}

/** Runs the body of a script: a failure is told in one paragraph and becomes the exit code. */
export async function script(body) {
  try {
    await body();
  } catch (error) {
    const expected = error instanceof ExitError || error instanceof UsageError || /^ERR_PARSE_ARGS/.test(error?.code);
    console.error(expected ? error.message : error);
    process.exitCode = error?.code > 0 ? error.code : 1;
  }
}
