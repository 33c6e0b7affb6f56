/** LangChain.js, with the router as the `fetch` of its OpenAI client: `node examples/langchain/index.mjs "Your question"`. */
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { Router } from "switchman";
import { fakeProvider } from "switchman/testkit";
import { z } from "zod";

const api_key = process.env.OPENAI_API_KEY || "none";

const router = new Router(
  {
    model_list: [
      { model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key } },
      { model_name: "chat", litellm_params: { model: "openai/gpt-4.1-mini", api_key } },
    ],
    num_retries: 2,
  },
  // Without a key a fake answers in OpenAI's place. A program of your own leaves this argument out.
  { fetch: process.env.OPENAI_API_KEY ? undefined : fakeProvider({ name: "openai" }).fetch },
);

const weather = tool(({ town }) => `It is sunny in ${town}.`, {
  name: "weather",
  description: "The weather of a town",
  schema: z.object({ town: z.string() }),
});

// The router tries again by itself, and more than once is of no use.
const model = new ChatOpenAI({ model: "chat", apiKey: "-", maxRetries: 0, configuration: { fetch: router.fetch } }).bindTools([weather]);
const messages = [{ role: "user", content: process.argv[2] ?? "How is the weather in Oslo?" }];
for (;;) {
  const answer = await model.invoke(messages);
  if (answer.tool_calls.length === 0) {
    console.log(answer.content);
    break;
  }
  messages.push(answer, ...(await Promise.all(answer.tool_calls.map((call) => weather.invoke(call)))));
}
