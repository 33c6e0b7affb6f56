/** The thread in which tests run: it is told a name, and tells what came of the test. */

import { parentPort, workerData } from "node:worker_threads";
import { tests } from "./apart.mjs";

await import(workerData);
parentPort.on("message", async (name) => {
  try {
    await tests.get(name)();
    parentPort.postMessage({ name });
  } catch (error) {
    parentPort.postMessage({ name, stack: error.stack });
  }
});
