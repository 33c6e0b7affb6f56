/** OpenAI's own client for Python, in a process of its own that is asked line by line. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { at } from "../../project.mjs";
import { pythonOf } from "../installed.mjs";

/** @param {"openai-3" | "openai-2"} environment */
export const python = (environment) => ({
  package: `Python ${environment}`,
  ways: ["fetch", "worker"],
  /** @throws {import("../installed.mjs").OutOfReach} */
  async open({ socket }) {
    const program = await pythonOf(environment);
    const child = spawn(program, [at("scripts", "conformance", "clients", "python_client.py"), socket], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    let broken;
    child.stdin.on("error", (error) => (broken = error));
    const ask = async (what, group) => {
      if (broken) throw broken;
      child.stdin.write(`${JSON.stringify({ ask: what, group })}\n`);
      const { done, value } = await lines.next();
      if (done) throw new Error("the Python program has ended");
      const { answer, error } = JSON.parse(value);
      if (error !== undefined) throw new Error(error);
      return answer;
    };
    const asks = ["chat", "stream", "tools", "streamedTools", "object", "error"];
    return { ...Object.fromEntries(asks.map((what) => [what, (group) => ask(what, group)])), close: () => child.stdin.end() };
  },
});
