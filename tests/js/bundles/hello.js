/** Makes a router over a fake provider, and asks it once. */
import { fakeProvider } from "switchman/testkit";

const model_list = [{ model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-test" } }];

/** @returns {Promise<string>} what it answers */
export async function hello(Router) {
  const router = new Router({ model_list }, { fetch: fakeProvider({ name: "alpha" }).fetch, dangerouslyAllowBrowser: true });
  const answer = await router.completion({ model: "chat", messages: [{ role: "user", content: "Hello" }] });
  return answer.choices[0].message.content;
}
