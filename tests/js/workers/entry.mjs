/**
 * Imports one entry in a process of its own, since all entries of a package share one instance of the wasm, and prints an
 * answer. Arguments: the folder of the installed package, the entry's file.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, entry] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(join(folder, file)).href);

// A browser fetches what lies beside its script; Node fetches no files, so this does, and says which.
globalThis.fetch = async (url) => {
  process.stdout.write(`fetched ${basename(url.pathname)}\n`);
  return new Response(readFileSync(url), { headers: { "content-type": "application/wasm" } });
};

const { fakeProvider } = await load("js/testkit/index.js");
const { Router, init } = await load(entry);

function makeRouter() {
  const model_list = [{ model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-test" } }];
  return new Router({ model_list }, { fetch: fakeProvider({ name: "alpha" }).fetch, dangerouslyAllowBrowser: true });
}

if (init) {
  try {
    makeRouter();
    process.stdout.write("a router before its wasm\n");
  } catch {
    await init(readFileSync(join(folder, "pkg", "switchman_bg.wasm")));
    await init();
  }
}
const answer = await makeRouter().completion({ model: "chat", messages: [{ role: "user", content: "Hello" }] });
process.stdout.write(`${answer.choices[0].message.content}\n`);
