/** The router inside a Node program: `node examples/node/index.mjs "Your question"`. */
import { Router } from "switchman";
import { fakeOpenAI } from "../worker/fakes.js";

const api_key = process.env.OPENAI_API_KEY || "none";

const router = new Router(
  {
    model_list: [
      { model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key } },
      { model_name: "chat", litellm_params: { model: "openai/gpt-4.1-mini", api_key } },
    ],
    num_retries: 2,
  },
  // Without a key the fakes answer in OpenAI's place. A program of your own leaves this argument out.
  { fetch: process.env.OPENAI_API_KEY ? undefined : fakeOpenAI },
);

const question = process.argv[2] ?? "What does a switchman do?";
const answer = await router.completion({ model: "chat", messages: [{ role: "user", content: question }] });
console.log(answer.choices[0].message.content);

const { attempted_retries } = answer._hidden_params;
console.log(`answered by ${answer.model_used} after ${attempted_retries} ${attempted_retries === 1 ? "retry" : "retries"}`);
