/** The AI SDK, with the providers of its makers and with ours. */

import { errorOf, gathered, QUESTION, REPLY, RESULT, TOOL } from "../cases.mjs";
import { load } from "../installed.mjs";

/** Models by the name of a group, from each provider. */
const PROVIDERS = {
  "@ai-sdk/openai": async ({ fetch, url }) => {
    const { createOpenAI } = await load("@ai-sdk/openai");
    return createOpenAI({ apiKey: "-", baseURL: url, fetch }).chat;
  },
  "@ai-sdk/openai-compatible": async ({ fetch, url }) => {
    const { createOpenAICompatible } = await load("@ai-sdk/openai-compatible");
    return createOpenAICompatible({ name: "switchman", baseURL: url, fetch, includeUsage: true, supportsStructuredOutputs: true });
  },
  "switchman/ai-sdk": async ({ router }) => ours(router),
  "switchman/ai-sdk, v3": async ({ router }) => ours(router, { specification: "v3" }),
};

async function ours(router, settings) {
  const { importPacked } = await import("../../../tests/js/pack.mjs");
  const { createSwitchman } = await importPacked("switchman/ai-sdk");
  return createSwitchman(router, settings);
}

/**
 * @param {keyof typeof PROVIDERS} provider
 * @param {string} [name] of the package of the AI SDK, as it is installed
 */
export const ai = (provider, name = "ai") => ({
  package: name,
  with: provider,
  ways: provider.startsWith("switchman") ? ["objects"] : ["fetch", "worker"],
  async open(way) {
    const { APICallError, generateText, jsonSchema, Output, stepCountIs, isStepCount = stepCountIs, streamText, tool } = await load(name);
    const modelOf = await PROVIDERS[provider](way);
    // Ours says by itself that trying again is of no use; the others look at the status.
    const maxRetries = provider.startsWith("switchman") ? 2 : 0;
    const round = async (group, ask) => {
      const calls = [];
      const look_up = tool({
        description: TOOL.description,
        inputSchema: jsonSchema(TOOL.parameters),
        execute: (input) => (calls.push({ name: TOOL.name, input }), RESULT),
      });
      const result = await ask({ model: modelOf(group), prompt: QUESTION, tools: { look_up }, stopWhen: isStepCount(3), maxRetries });
      return { calls: (await result.steps, calls), text: await result.text };
    };
    const asked = (group) => ({ model: modelOf(group), prompt: "Say something.", maxRetries });
    return {
      chat: async (group) => (await generateText(asked(group))).text,
      stream: (group) =>
        gathered(async function* () {
          let failure;
          yield* streamText({ ...asked(group), onError: ({ error }) => (failure = error) }).textStream;
          // Its makers' providers tell some errors in a part, after which a stream of texts just ends.
          if (failure) throw failure;
        }),
      tools: (group) => round(group, generateText),
      streamedTools: (group) => round(group, async (options) => streamText(options)),
      object: async (group) => (await generateText({ ...asked(group), output: Output.object({ schema: jsonSchema(REPLY) }) })).output,
      async error(group) {
        const error = await errorOf(generateText(asked(group)));
        return { status: error.statusCode, isTyped: APICallError.isInstance(error), told: String(error) };
      },
    };
  },
});
