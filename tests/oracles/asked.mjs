/** Requests as programs of OpenAI's shape make them: one of every kind. */

const user = (content) => ({ role: "user", content });
const call = (id, name, args) => ({ id, type: "function", function: { name, arguments: args } });
const tool = (name, parameters, more) => ({ type: "function", function: { name, description: `Does ${name}.`, parameters, ...more } });
const PICTURE = "data:image/png;base64,iVBORw0KGgo=";
const WEATHER = tool("get_weather", {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties: {
    city: { type: "string", minLength: 1, description: "A city" },
    unit: { anyOf: [{ type: "string", enum: ["c", "f"] }, { type: "null" }] },
    days: { type: "integer", minimum: 1, maximum: 7, default: 1 },
  },
  required: ["city"],
  additionalProperties: false,
});
const TREE = {
  type: "object",
  properties: { root: { $ref: "#/$defs/node" }, kind: { const: "tree" }, tuple: { type: "array", prefixItems: [{ type: "number" }], minItems: 1 } },
  required: ["root"],
  $defs: { node: { type: "object", properties: { name: { type: "string", pattern: "^\\w+$" }, children: { type: "array", items: { $ref: "#/$defs/node" } } }, required: ["name"] } },
};
const format = (schema) => ({ type: "json_schema", json_schema: { name: "reply", strict: true, schema } });
const talk = (...messages) => ({ messages });
const hello = (more) => ({ messages: [user("Hi")], ...more });

/** By name: the body, without its model. */
export const ASKED = {
  "a greeting": hello(),
  "a system prompt": talk({ role: "system", content: "Be terse." }, { role: "developer", content: [{ type: "text", text: "Be kind." }] }, user("Hi")),
  "a system prompt alone": talk({ role: "system", content: "Be terse." }),
  "a talk": talk(user("Hi"), { role: "assistant", content: "Hello." }, user("And?")),
  "the assistant first": talk({ role: "assistant", content: "Hello." }, user("Hi")),
  "words of the system in between": talk(user("Hi"), { role: "assistant", content: "Hello." }, { role: "system", content: "Be quick." }, user("And?")),
  "letters of all kinds": talk(user('Žluťoučký "kůň" \\ \u2028 馬 🐎')),
  "sampling": hello({ temperature: 0.5, top_p: 0.9, max_tokens: 64, stop: ["END", "STOP"], seed: 7 }),
  "sampling of others": hello({ temperature: 2, top_k: 40, max_completion_tokens: 5, stop: "END" }),
  "penalties of nothing": hello({ presence_penalty: 0, frequency_penalty: 0, n: 1, logit_bias: {} }),
  "probabilities": hello({ logprobs: true, top_logprobs: 5 }),
  "what says nothing": hello({ user: "u", metadata: { a: "b" }, store: false, parallel_tool_calls: true, prompt_cache_key: "k", verbosity: "low" }),
  "a tier": hello({ service_tier: "flex" }),
  "a usual tier": hello({ service_tier: "default" }),
  "an effort": hello({ reasoning_effort: "medium", max_tokens: 8_000 }),
  "the least effort": hello({ reasoning_effort: "minimal" }),
  "no effort": hello({ reasoning_effort: "none" }),
  "a budget": hello({ thinking: { type: "enabled", budget_tokens: 2_000 } }),
  "a picture": talk(user([{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: PICTURE, detail: "low" } }])),
  "a document and a sound": talk(
    user([
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0xLjc=" } },
      { type: "input_audio", input_audio: { data: "UklGRg==", format: "mp3" } },
    ]),
  ),
  "a file of Google's": talk(user([{ type: "file", file: { file_id: "https://generativelanguage.googleapis.com/v1beta/files/abc", format: "video/mp4" } }])),
  "tools": hello({ tools: [WEATHER, tool("now", { type: "object", properties: {} })] }),
  "a tool without parameters": hello({ tools: [tool("now")], tool_choice: "auto" }),
  "no tool": hello({ tools: [WEATHER], tool_choice: "none" }),
  "some tool": hello({ tools: [WEATHER], tool_choice: "required" }),
  "this tool": hello({ tools: [WEATHER, tool("now")], tool_choice: { type: "function", function: { name: "now" } } }),
  "a strict tool": hello({ tools: [tool("f", { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false }, { strict: true })] }),
  "a tool of another name": hello({ tools: [tool("2 names", { type: "object", properties: { a: { type: "boolean" } } })] }),
  "functions of old": hello({ functions: [{ name: "f", parameters: { type: "object", properties: { a: { type: "string" } } } }], function_call: { name: "f" } }),
  "calls and their results": {
    ...talk(
      user("Weather in Oslo and Bergen?"),
      { role: "assistant", content: "Let me see.", tool_calls: [call("call_1", "get_weather", '{"city":"Oslo"}'), call("call_2", "get_weather", '{"city": "Bergen"}')] },
      { role: "tool", tool_call_id: "call_2", content: "5C" },
      { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "3C" }] },
    ),
    tools: [WEATHER],
  },
  "calls of several turns": {
    ...talk(
      user("?"),
      { role: "assistant", content: null, tool_calls: [call("a", "get_weather", "")] },
      { role: "tool", tool_call_id: "a", content: "{}" },
      { role: "assistant", content: null, tool_calls: [call("b__thought__c2ln", "get_weather", '{"city":"x"}')] },
      { role: "tool", tool_call_id: "b__thought__c2ln", content: "5C" },
      { role: "assistant", content: "5C" },
      user("Thanks"),
    ),
    tools: [WEATHER],
  },
  "JSON": hello({ response_format: { type: "json_object" } }),
  "a schema": hello({ response_format: format(TREE) }),
  "a schema of a choice": hello({ response_format: format({ oneOf: [{ type: "object", properties: { a: { type: "string", format: "date" } } }, { type: "array", items: { type: "number" }, maxItems: 3 }] }) }),
  "a search": hello({ web_search_options: { search_context_size: "low" } }),
  "Google's own": hello({
    safety_settings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
    cached_content: "cachedContents/1",
    media_resolution: "MEDIA_RESOLUTION_LOW",
    generationConfig: { responseModalities: ["TEXT"], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } } },
    tools: [{ codeExecution: {} }, { urlContext: {} }],
  }),
};

/** Embeddings. */
export const EMBEDDED = {
  "a text": { input: "a" },
  "texts, shorter": { input: ["a", "b"], dimensions: 64, encoding_format: "float" },
  "a task": { input: "a", task_type: "RETRIEVAL_QUERY" },
};
