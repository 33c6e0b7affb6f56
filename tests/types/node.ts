/** The same without the types of a browser: what Node's own types bring is enough, but for `switchman/slim`. */
import { Router } from "switchman";
import { memoryStore } from "switchman/stores/memory";
import { fakeProvider } from "switchman/testkit";
import { serveFetch, serveProvider } from "switchman/testkit/server";

const fake = fakeProvider({ name: "alpha" });
const model_list = [{ model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "k" } }];
const router = new Router({ model_list }, { fetch: fake.fetch, store: memoryStore() });

export const servers = Promise.all([serveFetch(router.fetch), serveProvider(fake)]);
