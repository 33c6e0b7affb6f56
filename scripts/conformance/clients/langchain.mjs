/** LangChain.js with its package for OpenAI. */

import { errorOf, gathered, QUESTION, REPLY, RESULT, TOOL } from "../cases.mjs";
import { load } from "../installed.mjs";

export const langchain = {
  package: "@langchain/openai",
  ways: ["fetch", "worker"],
  async open({ fetch, url }) {
    const { ChatOpenAI } = await load("@langchain/openai");
    const { HumanMessage, ToolMessage } = await load("@langchain/core/messages");
    const modelOf = (model) => new ChatOpenAI({ model, apiKey: "-", maxRetries: 0, configuration: { baseURL: url, fetch } });
    /** Pieces of a message, added up. */
    const whole = async (stream) => {
      let message;
      for await (const piece of stream) message = message === undefined ? piece : message.concat(piece);
      return message;
    };
    const round = async (group, ask) => {
      const model = modelOf(group).bindTools([{ type: "function", function: TOOL }]);
      const question = new HumanMessage(QUESTION);
      const message = await ask(model, [question]);
      const results = message.tool_calls.map(({ id }) => new ToolMessage({ tool_call_id: id, content: RESULT }));
      const { content } = await ask(model, [question, message, ...results]);
      return { calls: message.tool_calls.map(({ name, args }) => ({ name, input: args })), text: content };
    };
    return {
      chat: async (group) => (await modelOf(group).invoke("Say something.")).content,
      stream: (group) =>
        gathered(async function* () {
          for await (const { content } of await modelOf(group).stream("Say something.")) yield content;
        }),
      tools: (group) => round(group, (model, messages) => model.invoke(messages)),
      streamedTools: (group) => round(group, async (model, messages) => whole(await model.stream(messages))),
      object: (group) => modelOf(group).withStructuredOutput(REPLY, { name: "reply", method: "jsonSchema", strict: true }).invoke("Say something."),
      async error(group) {
        const error = await errorOf(modelOf(group).invoke("Say something."));
        return { status: error.status, isTyped: error instanceof Error && typeof error.status === "number", told: String(error) };
      },
    };
  },
};
