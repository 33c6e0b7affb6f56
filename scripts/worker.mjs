/** A worker file in the real runtime: bundled as a deployment would be, run by workerd on loopback. */

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { at, textOf } from "./project.mjs";

/** The conditions that Cloudflare's own tools set. */
const CONDITIONS = ["workerd", "worker", "browser"];

/** As `wrangler.toml` has it, so that what runs here is what would be deployed. */
const compatibilityDate = () => /^compatibility_date = "(.+)"/m.exec(textOf("wrangler.toml"))[1];

/**
 * Bundles `entry` into one module; every wasm file stays a module of its own, as the runtime demands.
 *
 * @param {string} entry absolute path
 * @param {object} [options]
 * @param {string} [options.packageIn] resolve `switchman` and its entry points as seen from this folder
 * @param {string[]} [options.conditions] export conditions, default those of Cloudflare's tools
 * @returns {Promise<{ type: string, path: string, contents: string | Uint8Array }[]>} the entry first
 */
export async function bundleWorker(entry, { packageIn, conditions = CONDITIONS } = {}) {
  const { build } = await import("esbuild");
  const wasm = new Map();
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: at(),
    bundle: true,
    conditions,
    external: ["cloudflare:*", "node:*"],
    format: "esm",
    logLevel: "silent",
    plugins: [resolution(wasm, packageIn)],
    target: "es2022",
    write: false,
  });
  const modules = [...wasm].map(([path, file]) => ({ type: "CompiledWasm", path, contents: readFileSync(file) }));
  return [{ type: "ESModule", path: "index.js", contents: result.outputFiles[0].text }, ...modules];
}

/**
 * Resolves our package as seen from `packageIn`, wherever the importing file lies; keeps imports of wasm files, marked
 * `?module` or not, as imports, and notes each file in `wasm` under the name it is now imported by.
 */
const resolution = (wasm, packageIn) => ({
  name: "resolution",
  setup(build) {
    const again = {};
    build.onResolve({ filter: /^switchman(\/|$)|\.wasm(\?module)?$/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === again) return undefined;
      const from = /^switchman(\/|$)/.test(path) ? (packageIn ?? resolveDir) : resolveDir;
      const found = await build.resolve(path.replace(/\?module$/, ""), { resolveDir: from, kind, pluginData: again });
      if (found.errors.length > 0 || !found.path.endsWith(".wasm")) return { errors: found.errors, path: found.path };
      wasm.set(basename(found.path), found.path);
      return { path: `./${basename(found.path)}`, external: true };
    });
  },
});

/**
 * Bundles and starts a worker.
 *
 * @param {string} entry absolute path of the worker's file
 * @param {Parameters<typeof bundleWorker>[1] & Parameters<typeof workerOf>[1]} [options]
 */
export async function startWorker(entry, { packageIn, conditions, ...options } = {}) {
  return workerOf(await bundleWorker(entry, { packageIn, conditions }), options);
}

/**
 * Starts a worker of modules that are bundled already.
 *
 * @param {{ type: string, path: string, contents: string | Uint8Array }[]} modules the entry first
 * @param {object} [options]
 * @param {Record<string, unknown>} [options.bindings] the worker's `env`
 * @param {(request: Request) => Response | Promise<Response>} [options.outbound] answers every `fetch` of the worker
 *   instead of the network; what it throws becomes a failed fetch's 500
 * @param {Record<string, (request: Request) => Response | Promise<Response>>} [options.services] bindings with a `fetch`
 * @param {number} [options.port] default: any free one
 * @param {(line: string, level: string) => void} [options.onLog] sees what the worker logs; default: kept in `log` only
 * @param {object} [options.miniflare] more options of Miniflare: namespaces, durable objects, …
 * @returns {Promise<RunningWorker>}
 *
 * @typedef {object} RunningWorker
 * @property {string} url without a slash at its end
 * @property {typeof fetch} fetch sends a request to the worker; a path such as "/v1/models" is enough
 * @property {() => Promise<any>} scheduled fires a cron trigger, and resolves when the worker is done with it
 * @property {string[]} log every line the worker has logged
 * @property {() => Promise<void>} stop
 */
export async function workerOf(modules, options = {}) {
  const { bindings, outbound, services = {}, port = 0, onLog, miniflare } = options;
  const { Miniflare, Response: RuntimeResponse } = await import("miniflare");
  const log = [];
  const inRuntime = (answer) => async (request) => runtimeResponse(await answer(plainRequest(request)), RuntimeResponse);
  const worker = new Miniflare({
    modules,
    compatibilityDate: compatibilityDate(),
    bindings,
    host: "127.0.0.1",
    port,
    outboundService: outbound && inRuntime(outbound),
    serviceBindings: Object.fromEntries(Object.entries(services).map(([name, answer]) => [name, inRuntime(answer)])),
    handleStructuredLogs({ level, message }) {
      log.push(message);
      onLog?.(message, level);
    },
    ...miniflare,
  });
  const ready = await worker.ready.catch(async (error) => {
    await worker.dispose();
    throw error;
  });
  const url = ready.href.replace(/\/$/, "");
  return {
    url,
    log,
    fetch: (input, init) => worker.dispatchFetch(new URL(String(input), `${url}/`), init),
    scheduled: async () => (await worker.getWorker()).scheduled(),
    stop: () => worker.dispose(),
  };
}

/** Miniflare has request and response classes of its own; a handler of ours is to see and make the global ones. */
const plainRequest = ({ url, method, headers, body, signal }) => new Request(url, { method, headers: [...headers], body, signal, duplex: "half" });
const runtimeResponse = ({ status, statusText, headers, body }, RuntimeResponse) => new RuntimeResponse(body, { status, statusText, headers: [...headers] });
