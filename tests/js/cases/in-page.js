/** What only a page can tell: there is nobody to keep a key from those who open it, and no environment. */

import assert from "node:assert/strict";
import { CHAT, deployment, fetchOf } from "../support/kit.js";

/** The paths of a config's mistakes. */
function mistakes(kit, config, host) {
  try {
    new kit.Router(config, host);
  } catch (error) {
    assert.ok(error instanceof kit.ConfigError, error.stack);
    return error.problems.map(({ path }) => path);
  }
  return [];
}

export const inPage = {
  "a config with a key or a header is refused, unless it is wanted": async (kit) => {
    const withKey = { model_list: [deployment("one")] };
    const withHeader = { model_list: [deployment("one", { api_key: undefined, extra_headers: { "x-key": "secret" } })] };
    for (const config of [withKey, withHeader]) {
      for (const dangerouslyAllowBrowser of [undefined, false]) {
        assert.deepEqual(mistakes(kit, config, { dangerouslyAllowBrowser }), ["host.dangerouslyAllowBrowser"]);
      }
      assert.deepEqual(mistakes(kit, config, { dangerouslyAllowBrowser: true }), []);
    }
  },
  "a config without a key needs nobody's permission": async (kit) => {
    const provider = kit.provider("one");
    const model_list = [deployment("one", { api_key: undefined })];
    const router = kit.router({ model_list }, { fetch: fetchOf(provider), dangerouslyAllowBrowser: undefined });
    assert.equal((await router.completion(CHAT)).model_used, "openai/model-one");
    assert.equal(provider.calls[0].headers.authorization, undefined);
  },
  "there is no environment but the host's": async (kit) => {
    const config = { model_list: [deployment("one", { api_key: "os.environ/SOME_KEY" })] };
    assert.deepEqual(mistakes(kit, config, {}), ["model_list[0].litellm_params.api_key"]);
    assert.deepEqual(mistakes(kit, config, { env: { SOME_KEY: "sk-some" } }), []);
  },
};
