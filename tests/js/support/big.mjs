/**
 * Sends requests of three megabytes, to be written anew for Anthropic, in every way, and prints how large the wasm memory
 * was before the first and after each, as JSON in bytes.
 */

import { importPacked } from "../pack.mjs";
import { about, picture } from "../cases/big-body.js";
import { CHAT } from "./kit.js";
import { modelOf } from "./dialects.js";
import { WAYS, perform } from "./perform.js";

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
const { fakeProvider } = await importPacked("switchman/testkit");

const { fetch } = fakeProvider({ dialect: "anthropic", keepCalls: 0 });
globalThis.fetch = fetch;
const litellm_params = { model: modelOf("anthropic", "one"), api_key: "sk-one", api_base: "https://one.test" };
const config = { model_list: [{ model_name: CHAT.model, litellm_params }] };

const sizes = [];
const ask = async (way, request) => {
  const { status, failed } = await perform(Router, { config, way, request });
  if (status !== 200) throw new Error(JSON.stringify(failed));
  sizes.push(memory.buffer.byteLength);
};
await ask("completion", CHAT);
const request = about([picture(3 * 1024 * 1024)]);
for (const way of WAYS) await ask(way, request);
console.log(JSON.stringify(sizes));
