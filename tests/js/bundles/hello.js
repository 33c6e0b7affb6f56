/** Makes a router over a fake provider, asks it once, and has OpenTelemetry told of it: that part is loaded when it is needed. */
import { fakeProvider } from "switchman/testkit";

const model_list = [{ model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-test" } }];

/** @returns {Promise<string>} what it answers */
export async function hello(Router) {
  const told = [];
  const host = {
    fetch: fakeProvider({ name: "alpha" }).fetch,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.test" },
    callbackFetch: async (url) => {
      told.push(url);
      return new Response("{}");
    },
    dangerouslyAllowBrowser: true,
  };
  const router = new Router({ model_list, callbacks: ["otel"] }, host);
  const answer = await router.completion({ model: "chat", messages: [{ role: "user", content: "Hello" }] });
  await router.flush();
  if (told.length !== 2) throw new Error(`told ${told.join()}`);
  return answer.choices[0].message.content;
}
