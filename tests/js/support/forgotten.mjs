/**
 * Makes 10,000 routers, uses and forgets them, and prints how large the wasm memory was on the way, as JSON in bytes.
 * `collect` (needs --expose-gc) asks for a collection now and then; `free` gives each router back by hand.
 */

import { importPacked } from "../pack.mjs";
import { CHAT, deployment } from "./kit.js";

const [how] = process.argv.slice(2);
const ROUTERS = 10_000;
const STEP = 500;

// The package does not export its memory; whoever instantiates the module sees it.
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = function (...args) {
  const instance = new Instance(...args);
  memory = instance.exports.memory;
  return instance;
};
const { Router } = await importPacked();
WebAssembly.Instance = Instance;

const ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }],
});
const fetch = async () => new Response(ANSWER, { headers: { "content-type": "application/json" } });
const model_list = Array.from({ length: 5 }, (_, n) => deployment(`number-${n}`));

const sizes = [];
for (let made = 0; made < ROUTERS; made += STEP) {
  for (let n = 0; n < STEP; n += 1) {
    const router = new Router({ model_list }, { fetch });
    // Most are never called; those that are keep nothing alive either.
    if (n % 50 === 0) await router.completion(CHAT);
    if (how === "free") router.free();
  }
  if (how === "collect") globalThis.gc();
  // Finalizers run in a turn of their own.
  await new Promise((resolve) => setImmediate(resolve));
  sizes.push(memory.buffer.byteLength);
}
console.log(JSON.stringify(sizes));
