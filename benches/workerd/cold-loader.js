/** Starts a new isolate of the kind that the path names, and hands its first answer on. */

import wasm from "./module.bin";
import router from "./router.txt";

/** Answers as the router does, without one. */
const plain = (answer, imported = "") => `${imported}export default { fetch: () => new Response(${JSON.stringify(answer)}) };`;

export default {
  async fetch(request, env) {
    const [, kind, number] = new URL(request.url).pathname.split("/");
    const code = {
      router: { "index.js": router, [env.WASM]: { wasm } },
      compiled: { "index.js": plain(env.ANSWER, `import module from "./${env.WASM}"; globalThis.module = module; `), [env.WASM]: { wasm } },
      empty: { "index.js": plain(env.ANSWER) },
    };
    const start = async () => ({ compatibilityDate: env.COMPATIBILITY_DATE, mainModule: "index.js", modules: code[kind] });
    return env.LOADER.get(`${kind}-${number}`, start).getEntrypoint().fetch("http://isolate/");
  },
};
