/** A worker whose router shares its state through Workers KV; where `env.HOSTILE` is set, the store is at its worst. */
import { env } from "cloudflare:workers";
import { Router } from "switchman";
import { kvStore } from "switchman/stores/kv";
import { hostile } from "../support/stores.js";

const kv = kvStore(env.STATE, { freshMs: 0 });
const deployment = (id, order) => ({
  model_name: "chat",
  litellm_params: { model: `openai/${id}`, api_key: "sk-test", api_base: `https://${id}.test/v1`, order },
  model_info: { id },
});
const router = new Router(
  { model_list: [deployment("one", 1), deployment("two", 2)], cooldown_time: 60 },
  { store: env.HOSTILE ? hostile(kv) : kv },
);

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/failures") return new Response(String(router.snapshot().router.store_failures));
    return router.fetch(request);
  },
};
