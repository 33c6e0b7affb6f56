/** The AI SDK, with the router's groups for models: `node examples/ai-sdk/index.mjs "Your question"`. */
import { isStepCount, jsonSchema, streamText, tool } from "ai";
import { Router } from "switchman";
import { createSwitchman } from "switchman/ai-sdk";
import { fakeProvider } from "switchman/testkit";

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

const weather = tool({
  description: "The weather of a town",
  inputSchema: jsonSchema({ type: "object", properties: { town: { type: "string" } }, required: ["town"] }),
  execute: ({ town }) => `It is sunny in ${town}.`,
});

const switchman = createSwitchman(router);
const { textStream, finalStep } = streamText({
  model: switchman("chat"),
  tools: { weather },
  stopWhen: isStepCount(5),
  prompt: process.argv[2] ?? "How is the weather in Oslo?",
});
for await (const text of textStream) process.stdout.write(text);

const { model_used, response_cost } = (await finalStep).providerMetadata.switchman;
console.log(`\nanswered by ${model_used} for $${response_cost}`);
