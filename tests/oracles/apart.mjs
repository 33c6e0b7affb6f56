/**
 * Tests that run in a thread of their own. The test runner watches every promise of its thread, and a stream that comes
 * byte by byte is little else: here it takes a third of the time.
 */

import * as runner from "node:test";
import { isMainThread, Worker } from "node:worker_threads";

/** The tests of this thread, by their full names. @type {Map<string, () => unknown>} */
export const tests = new Map();

/** A test that hangs is one that fails. */
const LIMIT = { timeout: 60_000 };

/** @type {{ suite: string, title: string, name: string }[]} */
const listed = [];
let suite = "";

/** As the test runner's own. */
export function describe(title, body) {
  suite = title;
  body();
  suite = "";
}

/** As the test runner's own. */
export function test(title, body) {
  const name = `${suite}: ${title}`;
  if (tests.has(name)) throw new Error(`two tests have one name: ${name}`);
  tests.set(name, body);
  listed.push({ suite, title, name });
}

/**
 * Has the tests of a file run, once it has named them all. In the other thread, which reads the file too, it does nothing.
 * @param {string} url of the file
 */
export function run(url) {
  if (!isMainThread) return;
  const thread = new Worker(new URL("./apart.worker.mjs", import.meta.url), { workerData: url });
  // Every test listens for its own answer.
  thread.setMaxListeners(0);
  const failed = new Promise((_, reject) => thread.once("error", reject));
  failed.catch(() => {});
  const inThread = async (name) => {
    const answered = new Promise((resolve) => {
      thread.on("message", (told) => told.name === name && resolve(told));
    });
    thread.postMessage(name);
    const { stack } = await Promise.race([answered, failed]);
    if (stack) throw new Error(stack);
  };
  for (const title of new Set(listed.map((one) => one.suite))) {
    const own = listed.filter((one) => one.suite === title);
    runner.describe(title, () => own.forEach((one) => runner.test(one.title, LIMIT, () => inThread(one.name))));
  }
  runner.after(() => thread.terminate());
}
