/** The providers of the matrix: one that answers, one for every status that it refuses with, and one whose streams break. */

import { at } from "../project.mjs";
import { DIALECTS } from "./dialects.mjs";

export const STATUSES = [400, 401, 403, 404, 429, 500, 529];

/** What a provider says, unless it is asked for something else. */
export const SENTENCE = (group) => `Hello from ${group} every word here is made`;

const faultOf = { "": undefined, broken: { cut: { afterEvents: 6 } }, ...Object.fromEntries(STATUSES.map((status) => [status, { status }])) };

/** A group a provider, and each with one deployment: what the client sees is what came of one call. */
export async function upstreams() {
  const { importPacked, workerdWith } = await import("../../tests/js/pack.mjs");
  const { fakeProvider } = await importPacked("switchman/testkit");
  const { Router } = await importPacked();
  const { serveFetch } = await importPacked("switchman/testkit/server");
  const { fetchOf } = await import("../../tests/js/support/kit.js");
  const model_list = [];
  const providers = {};
  for (const [dialect, { model, base, shape = dialect, params }] of Object.entries(DIALECTS)) {
    for (const [ending, faults] of Object.entries(faultOf)) {
      const name = ending ? `${dialect}-${ending}` : dialect;
      providers[name] = fakeProvider({ name, dialect: shape, faults });
      model_list.push({
        model_name: name,
        litellm_params: { model, api_key: `sk-${name}`, api_base: `https://${name}.test${base}`, ...params },
        model_info: { id: name },
      });
    }
  }
  const config = { model_list, num_retries: 0, disable_cooldowns: true };
  const fetch = fetchOf(...Object.values(providers));
  const router = new Router(config, { fetch });
  const worker = await workerdWith(at("tests", "js", "workers", "gateway.js"), { bindings: { CONFIG: config }, outbound: fetch });
  // For clients of another process: the same router behind a socket.
  const socket = await serveFetch((request) => router.fetch(request));
  return {
    router,
    providers,
    /** How a client gets there. */
    ways: {
      fetch: { fetch: router.fetch, url: "https://router.test/v1", socket: `${socket.url}/v1` },
      worker: { fetch: undefined, url: `${worker.url}/v1`, socket: `${worker.url}/v1` },
      objects: { router },
    },
    stop: () => Promise.all([worker.stop(), socket.close()]),
  };
}
