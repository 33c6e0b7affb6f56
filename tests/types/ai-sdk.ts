/** A program that gives our provider to the AI SDK: TypeScript reads it, and nothing runs it. */
import { createProviderRegistry, embed, generateText, Output, streamText, type LanguageModel } from "ai";
import type { JSONValue, ProviderV4 } from "@ai-sdk/provider";
import { Router } from "switchman";
import { createSwitchman, type SwitchmanMetadata, type SwitchmanOptions } from "switchman/ai-sdk";

const router = new Router({ model_list: [{ model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "k" } }] });
const switchman = createSwitchman(router);
const provider: ProviderV4 = switchman;
const model: LanguageModel = switchman("chat");
const older: LanguageModel = createSwitchman(router, { specification: "v3" })("chat");
const registry = createProviderRegistry({ switchman });

const options = { num_retries: 1, tags: ["shop"] } satisfies SwitchmanOptions;
const { text, providerMetadata } = await generateText({ model, prompt: "Hello", providerOptions: { switchman: options } });
const told = providerMetadata?.["switchman"] as unknown as SwitchmanMetadata;
const cost: number | null = told.response_cost;
const plain: JSONValue | undefined = providerMetadata?.["switchman"];
for await (const word of streamText({ model: registry.languageModel("switchman:chat"), prompt: text, output: Output.text() }).textStream) word.trim();
await embed({ model: switchman.embeddingModel("chat"), value: "a" });

export { cost, older, plain, provider };
