/** Chat requests as callers write them, of every kind that the dialects treat in some way of their own. */

const PNG = "data:image/png;base64,iVBORw0KGgo=";
const PDF = "data:application/pdf;base64,JVBERi0xLjQK";
const user = (content) => ({ role: "user", content });
const text = (text, more) => ({ type: "text", text, ...more });
const call = (id, name, args) => ({ id, type: "function", function: { name, arguments: args } });
const result = (id, content) => ({ role: "tool", tool_call_id: id, content });
const asked = (...messages) => ({ messages: [...messages, ...(messages.at(-1)?.role === "user" ? [] : [user("Go on.")])] });
const hello = asked(user("Hi"));

const CITY = {
  type: "object",
  properties: { city: { type: "string" }, unit: { type: "string", enum: ["c", "f"] } },
  required: ["city"],
  additionalProperties: false,
};
const weather = { type: "function", function: { name: "get_weather", description: "Weather", parameters: CITY } };
const strict = { type: "function", function: { ...weather.function, strict: true } };
const bare = { type: "function", function: { name: "now" } };
const tools = [weather];
const format = (schema, more) => ({ response_format: { type: "json_schema", json_schema: { name: "thing", schema, ...more } } });
const object = (properties, more) => ({ type: "object", properties, required: Object.keys(properties), additionalProperties: false, ...more });
const CACHE = { cache_control: { type: "ephemeral" } };

const MESSAGES = {
  "a text": hello,
  "a system prompt": asked({ role: "system", content: "Be terse." }, user("Hi")),
  "a developer prompt": asked({ role: "developer", content: "Be terse." }, user("Hi")),
  "two system prompts": asked({ role: "system", content: "Be terse." }, { role: "system", content: "Be kind." }, user("Hi")),
  "a system prompt of parts": asked({ role: "system", content: [text("Be terse."), text("Be kind.")] }, user("Hi")),
  "a system prompt in the middle": asked(user("Hi"), { role: "assistant", content: "Hello." }, { role: "system", content: "Be kind." }, user("And?")),
  "turns": asked(user("Hi"), { role: "assistant", content: "Hello." }, user("And?")),
  "two turns of the user's": asked(user("Hi"), user("Are you there?")),
  "two turns of the assistant's": asked(user("Hi"), { role: "assistant", content: "Hello." }, { role: "assistant", content: "Well?" }, user("And?")),
  "the assistant begins": asked({ role: "assistant", content: "Hello." }, user("Hi")),
  "texts in parts": asked(user([text("Hi"), text("there")])),
  "an empty text": asked(user("Hi"), { role: "assistant", content: "" }, user("And?")),
  "a name": asked({ role: "user", name: "ann", content: "Hi" }),
  "a refusal": asked(user("Hi"), { role: "assistant", content: null, refusal: "No." }, user("And?")),
  "a picture": asked(user([text("What is it?"), { type: "image_url", image_url: { url: PNG } }])),
  "a picture with its detail": asked(user([text("What is it?"), { type: "image_url", image_url: { url: PNG, detail: "low" } }])),
  "a picture by its address": asked(user([text("What is it?"), { type: "image_url", image_url: { url: "https://x.test/a.png" } }])),
  "a picture alone": asked(user([{ type: "image_url", image_url: { url: PNG } }])),
  "a PDF": asked(user([text("What is it?"), { type: "file", file: { filename: "a.pdf", file_data: PDF } }])),
  "a file that is there": asked(user([text("What is it?"), { type: "file", file: { file_id: "file-abc123" } }])),
  "a mark of a cached prefix": asked({ role: "system", content: [text("Long prompt", CACHE)] }, user("Hi")),
  "thoughts of a turn before": asked(
    user("Hi"),
    { role: "assistant", content: "Hello.", reasoning_content: "Hm.", thinking_blocks: [{ type: "thinking", thinking: "Hm.", signature: "c2lnbmVk" }] },
    user("And?"),
  ),
  "other letters, and signs": asked(user("Grüße, 世界 👋 \"\\\n\t\u0001")),
};

const TOOLS = {
  "a tool": { ...hello, tools },
  "a strict tool": { ...hello, tools: [strict] },
  "a tool without parameters": { ...hello, tools: [bare] },
  "two tools": { ...hello, tools: [weather, bare] },
  "a tool of a long name": { ...hello, tools: [{ type: "function", function: { name: "a".repeat(64), parameters: CITY } }] },
  "any tool": { ...hello, tools, tool_choice: "required" },
  "no tool": { ...hello, tools, tool_choice: "none" },
  "a tool or none": { ...hello, tools, tool_choice: "auto" },
  "this tool": { ...hello, tools, tool_choice: { type: "function", function: { name: "get_weather" } } },
  "one call at a time": { ...hello, tools, parallel_tool_calls: false },
  "any tool, one call at a time": { ...hello, tools, tool_choice: "required", parallel_tool_calls: false },
  "a call and its result": { ...asked(user("Weather?"), { role: "assistant", content: null, tool_calls: [call("call_1", "get_weather", '{"city":"Oslo"}')] }, result("call_1", "3C")), tools },
  "a result of parts": { ...asked(user("Weather?"), { role: "assistant", tool_calls: [call("call_1", "get_weather", "{}")] }, result("call_1", [text("3C"), text("rain")])), tools },
  "two calls at once": {
    ...asked(user("Weather?"), { role: "assistant", content: null, tool_calls: [call("call_1", "get_weather", '{"city":"Oslo"}'), call("call_2", "get_weather", '{"city":"Bergen"}')] }, result("call_1", "3C"), result("call_2", "5C")),
    tools,
  },
  "a text beside a call": { ...asked(user("Weather?"), { role: "assistant", content: "Let me see.", tool_calls: [call("call_1", "get_weather", "{}")] }, result("call_1", "3C")), tools },
  "a call without arguments": { ...asked(user("Time?"), { role: "assistant", content: null, tool_calls: [call("call_1", "now", "")] }, result("call_1", "noon")), tools: [bare] },
  "arguments that are broken": { ...asked(user("Time?"), { role: "assistant", content: null, tool_calls: [call("call_1", "now", '{"a":')] }, result("call_1", "?")), tools: [bare] },
  "an empty result": { ...asked(user("Time?"), { role: "assistant", content: null, tool_calls: [call("call_1", "now", "{}")] }, result("call_1", "")), tools: [bare] },
  "an id of other signs": { ...asked(user("Time?"), { role: "assistant", content: null, tool_calls: [call("call.1:a/b", "now", "{}")] }, result("call.1:a/b", "noon")), tools: [bare] },
  "calls without a list of tools": asked(user("Time?"), { role: "assistant", content: null, tool_calls: [call("call_1", "now", "{}")] }, result("call_1", "noon")),
  "rounds of calls": {
    ...asked(
      user("Weather?"),
      { role: "assistant", content: null, tool_calls: [call("call_1", "now", "{}")] }, result("call_1", "noon"),
      { role: "assistant", content: null, tool_calls: [call("call_2", "get_weather", '{"city":"Oslo"}')] }, result("call_2", "3C"),
    ),
    tools: [weather, bare],
  },
  "parameters with references": {
    ...hello,
    tools: [{ type: "function", function: { name: "tree", parameters: { type: "object", properties: { root: { $ref: "#/$defs/node" } }, $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } } } } }],
  },
};

const SHAPES = {
  "any JSON": { ...hello, response_format: { type: "json_object" } },
  "a plain text": { ...hello, response_format: { type: "text" } },
  "a schema": { ...hello, ...format(object({ name: { type: "string" }, age: { type: "integer" } })) },
  "a strict schema": { ...hello, ...format(object({ name: { type: "string" }, age: { type: "integer" } }), { strict: true }) },
  "a schema with bounds": { ...hello, ...format(object({ age: { type: "integer", minimum: 0, maximum: 150 }, tags: { type: "array", items: { type: "string", minLength: 1 }, maxItems: 3 } }), { strict: true, description: "A thing" }) },
  "a schema of choices": { ...hello, ...format(object({ it: { anyOf: [{ type: "string" }, { type: "null" }] }, kind: { enum: ["a", "b"] } }), { strict: true }) },
  "a schema within a schema": { ...hello, ...format(object({ one: object({ two: object({ three: { type: "number" } }) }) }), { strict: true }) },
  "a schema beside tools": { ...hello, tools, ...format(object({ name: { type: "string" } }), { strict: true }) },
};

const SETTINGS = {
  "max_tokens": { ...hello, max_tokens: 64 },
  "max_completion_tokens": { ...hello, max_completion_tokens: 64 },
  "temperature": { ...hello, temperature: 0.5 },
  "a high temperature": { ...hello, temperature: 1.8 },
  "top_p": { ...hello, top_p: 0.9 },
  "temperature and top_p": { ...hello, temperature: 0.5, top_p: 0.9 },
  "a stop": { ...hello, stop: "END" },
  "stops": { ...hello, stop: ["END", "STOP"] },
  "a blank stop": { ...hello, stop: ["\n"] },
  "a little effort": { ...hello, reasoning_effort: "low", max_completion_tokens: 8_000 },
  "much effort": { ...hello, reasoning_effort: "high" },
  "no effort": { ...hello, reasoning_effort: "none" },
  "effort, and a tool that must be called": { ...hello, reasoning_effort: "medium", tools, tool_choice: "required" },
  "effort, and a temperature": { ...hello, reasoning_effort: "medium", temperature: 0.3, max_completion_tokens: 8_000 },
  "a user": { ...hello, user: "user-123" },
  "a seed, penalties and logprobs": { ...hello, seed: 7, presence_penalty: 0.1, frequency_penalty: 0.2, logprobs: true, top_logprobs: 2 },
  "a tier": { ...hello, service_tier: "auto" },
  "nulls": { ...hello, temperature: null, top_p: null, stop: null, max_tokens: null, max_completion_tokens: null, seed: null, service_tier: null },
  "a stream": { ...hello, stream: true },
  "a stream that tells its usage": { ...hello, stream: true, stream_options: { include_usage: true } },
  "a stream with tools": { ...hello, stream: true, tools },
};

/** @type {Record<string, { messages: object[], stream?: boolean, [member: string]: unknown }>} */
export const REQUESTS = { ...MESSAGES, ...TOOLS, ...SHAPES, ...SETTINGS };
