/**
 * What every case gets: the package and its test kit as the runtime resolves them, and makers that keep the books, so
 * that after each case it can be checked that nothing was left behind. Runs on every runtime.
 */

import assert from "node:assert/strict";

/** The model group of the standard config. */
export const GROUP = "claude-fast";

/** The smallest chat request. */
export const CHAT = { model: GROUP, messages: [{ role: "user", content: "Say something." }] };

/** Where the standard config's deployments live. */
export const baseOf = (name) => `https://${name}.test/v1`;

/** An entry of a model list: deployment `name`, served by the provider of that name. */
export const deployment = (name, params = {}, group = GROUP) => ({
  model_name: group,
  litellm_params: { model: `openai/model-${name}`, api_key: `sk-${name}`, api_base: baseOf(name), ...params },
  model_info: { id: name },
});

/** A host's `fetch` that leads to the provider whose name is in the address. */
export function fetchOf(...providers) {
  return (input, init) => {
    const { hostname } = new URL(typeof input === "string" ? input : (input.url ?? input.href));
    const provider = providers.find(({ name }) => `${name}.test` === hostname);
    if (!provider) throw new Error(`nobody lives at ${hostname}`);
    return provider.fetch(input, init);
  };
}

/** In a browser a config that holds a key is refused, unless it is wanted; the cases want it. */
const withKeysInBrowser = (Router) =>
  class extends Router {
    constructor(config, host) {
      super(config, { dangerouslyAllowBrowser: true, ...host });
    }
  };

/**
 * @param {any} product the exports of `switchman`
 * @param {any} testkit the exports of `switchman/testkit`
 * @param {"node" | "workerd" | "deno" | "bun" | "chromium"} runtime
 */
export function makeKit(product, testkit, runtime) {
  const routers = [];
  const providers = [];
  let hasTrapped = false;
  const Router = runtime === "chromium" ? withKeysInBrowser(product.Router) : product.Router;
  const kit = {
    ...product,
    Router,
    runtime,
    openaiError: testkit.openaiError,
    azureError: testkit.azureError,
    azureFilteredPrompt: testkit.azureFilteredPrompt,
    provider(name, options) {
      const provider = testkit.fakeProvider({ name, ...options });
      providers.push(provider);
      return provider;
    },
    router(config, host) {
      const router = new Router(config, host);
      routers.push(router);
      return router;
    },
    /**
     * One group with two deployments, "one" always before "two".
     * @param {object} [options] `one` and `two`: options of the providers; `params`: of both deployments, `first` and
     *   `second`: of each; `config` and `host`: the rest of the router's arguments
     */
    pair({ one, two, params, first, second, config, host } = {}) {
      const [a, b] = [kit.provider("one", one), kit.provider("two", two)];
      const model_list = [
        deployment("one", { order: 1, ...params, ...first }),
        deployment("two", { order: 2, ...params, ...second }),
      ];
      const router = kit.router({ model_list, ...config }, { fetch: fetchOf(a, b), seed: 1, ...host });
      return { router, one: a, two: b };
    },
    /** One group with one deployment. */
    single({ one, params, config, host } = {}) {
      const provider = kit.provider("one", one);
      const router = kit.router(
        { model_list: [deployment("one", params)], ...config },
        { fetch: fetchOf(provider), seed: 1, ...host },
      );
      return { router, provider };
    },
    /** A trap is about to happen: the routers' first cores cannot be asked any more. */
    trapped() {
      hasTrapped = true;
    },
    /** Leaves a provider out of what must settle. */
    forget(provider) {
      providers.splice(providers.indexOf(provider), 1);
    },
    /** Resolves once no call runs and no provider waits any more; the test's own time limit is the bound. */
    async settled() {
      for (const provider of providers) await provider.when(({ open }) => open === 0);
      if (hasTrapped) return;
      for (const router of routers) assert.equal(router.coreRunning(), 0, "a call is still running");
    },
  };
  return kit;
}

/** The body of a request over `fetch`. */
export const post = (body, init = {}) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: typeof body === "string" || ArrayBuffer.isView(body) ? body : JSON.stringify(body),
  ...init,
});

/** Where requests over `fetch` go; any origin would do. */
export const CHAT_URL = "https://router.test/v1/chat/completions";

/** Every value of an async iterable. */
export async function all(iterable) {
  const values = [];
  for await (const value of iterable) values.push(value);
  return values;
}

/** The error that a promise rejects with; fails if it does not. */
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("it should have failed");
}

/** The payloads of server-sent events, as texts. */
export const eventsIn = (text) =>
  text
    .split(/\r?\n\r?\n/)
    .filter(Boolean)
    .map((event) => event.replace(/^data: /, ""));

/** What matters of the attempts of a call. */
export const brief = (attempts) => attempts.map(({ deployment, status, error }) => ({ deployment, status, error }));
