/** OpenAI's own client. */

import { errorOf, gathered, QUESTION, REPLY, RESULT, TOOL } from "../cases.mjs";
import { load } from "../installed.mjs";

const CLASSES = {
  400: "BadRequestError",
  401: "AuthenticationError",
  403: "PermissionDeniedError",
  404: "NotFoundError",
  429: "RateLimitError",
  500: "InternalServerError",
  529: "InternalServerError",
};

const tools = [{ type: "function", function: TOOL }];
const response_format = { type: "json_schema", json_schema: { name: "reply", strict: true, schema: REPLY } };
const asked = (model, content = "Say something.") => ({ model, messages: [{ role: "user", content }] });

/** @param {string} name of the package, as it is installed */
export const openai = (name) => ({
  package: name,
  ways: ["fetch", "worker"],
  async open({ fetch, url }) {
    const { default: OpenAI } = await load(name);
    // With its own habit of trying again: an answer says when that is of no use.
    const { completions } = new OpenAI({ apiKey: "-", baseURL: url, fetch }).chat;
    const round = async (model, ask) => {
      const request = { ...asked(model, QUESTION), tools };
      const [{ message }] = (await ask(request)).choices;
      const results = message.tool_calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: RESULT }));
      const { choices } = await ask({ ...request, messages: [...request.messages, message, ...results] });
      const calls = message.tool_calls.map((call) => ({ name: call.function.name, input: JSON.parse(call.function.arguments) }));
      return { calls, text: choices[0].message.content };
    };
    return {
      chat: async (model) => (await completions.create(asked(model))).choices[0].message.content,
      stream: (model) =>
        gathered(async function* () {
          for await (const { choices } of await completions.create({ ...asked(model), stream: true })) yield choices[0]?.delta.content;
        }),
      tools: (model) => round(model, (request) => completions.create(request)),
      streamedTools: (model) => round(model, (request) => completions.stream(request).finalChatCompletion()),
      object: async (model) => JSON.parse((await completions.create({ ...asked(model), response_format })).choices[0].message.content),
      async error(model) {
        const error = await errorOf(completions.create(asked(model)));
        return { status: error.status, isTyped: error instanceof OpenAI[CLASSES[error.status]], told: String(error) };
      },
    };
  },
});
