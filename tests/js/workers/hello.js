/** Makes a router at module scope, whichever entry the bundler chose, and asks it once a request. */
import { Router } from "switchman";
import { fakeProvider } from "switchman/testkit";

const router = new Router(
  { model_list: [{ model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-test" } }] },
  { fetch: fakeProvider({ name: "alpha" }).fetch },
);

export default {
  async fetch() {
    const answer = await router.completion({ model: "chat", messages: [{ role: "user", content: "Hello" }] });
    return new Response(answer.choices[0].message.content);
  },
};
