/** Short-lived child processes: run one to its end and look at how it ended. Servers live in servers.mjs. */

import { spawn } from "node:child_process";

/**
 * Runs a program to its end. Never rejects: a program that cannot be started ends with code 127, as in a shell.
 *
 * @param {string} file
 * @param {string[]} args
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function run(file, args) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.once("error", (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 128, stdout, stderr }));
  });
}

/**
 * Runs a program that must succeed.
 *
 * @param {string} file
 * @param {string[]} args
 * @returns {Promise<string>} its standard output, trimmed.
 * @throws {Error} naming the command, its exit code and its standard error.
 */
export async function outputOf(file, args) {
  const { code, stdout, stderr } = await run(file, args);
  if (code !== 0) throw new Error(`${file} ${args.join(" ")}: exit code ${code}\n${stderr.trim()}`);
  return stdout.trim();
}
