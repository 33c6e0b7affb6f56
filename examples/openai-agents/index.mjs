/** The OpenAI Agents SDK on chat completions, with the router behind its client: `node examples/openai-agents/index.mjs "Your question"`. */
import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled, tool } from "@openai/agents";
import OpenAI from "openai";
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

// Its traces go to OpenAI, past the router.
setTracingDisabled(true);

const weather = tool({
  name: "weather",
  description: "The weather of a town",
  parameters: z.object({ town: z.string() }),
  execute: ({ town }) => `It is sunny in ${town}.`,
});

// Chat completions are what the router speaks; the SDK takes OpenAI's Responses unless it is given such a model.
const model = new OpenAIChatCompletionsModel(new OpenAI({ apiKey: "-", fetch: router.fetch }), "chat");
const agent = new Agent({ name: "Weather", instructions: "Answer briefly.", model, tools: [weather] });

const stream = await run(agent, process.argv[2] ?? "How is the weather in Oslo?", { stream: true });
for await (const text of stream.toTextStream()) process.stdout.write(text);
await stream.completed;
console.log();
