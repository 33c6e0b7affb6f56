/** The chain of workers that is measured: client → relay → upstream, each relay a worker of its own, in one workerd. */

import { at, textOf } from "../../scripts/project.mjs";
import { bundleWorker } from "../../scripts/worker.mjs";
import { PATH } from "../payload.js";

/** The relays, by the names of the client's bindings. */
const RELAYS = { router: "relay-router", "by-hand": "relay-by-hand", "hand-on": "relay-hand-on" };

/**
 * @returns {Promise<{ run: (relay: string, body: string, count: number) => Promise<{ ms: number, text: string }>,
 *   stop: () => Promise<void> }>} `run` sends `count` requests through a relay; `ms` is wall time seen from here, for clocks
 *   inside the runtime need not advance
 */
export async function startChain() {
  const { Miniflare } = await import("miniflare");
  const worker = async (name, serviceBindings) => ({
    name,
    modules: await bundleWorker(at("benches", "workerd", `${name}.js`)),
    compatibilityDate: /^compatibility_date = "(.+)"/m.exec(textOf("wrangler.toml"))[1],
    serviceBindings,
  });
  const chain = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    workers: await Promise.all([
      // The first one is who answers from outside.
      worker("client", RELAYS),
      worker("upstream"),
      ...Object.values(RELAYS).map((name) => worker(name, { UPSTREAM: "upstream" })),
    ]),
  });
  await chain.ready;
  return {
    async run(relay, body, count) {
      const started = performance.now();
      const response = await chain.dispatchFetch("http://client/", { method: "POST", body: JSON.stringify({ relay, count, path: PATH, body }) });
      const text = await response.text();
      const ms = performance.now() - started;
      if (!response.ok) throw new Error(text);
      return { ms, text };
    },
    stop: () => chain.dispose(),
  };
}
