/** What is said in calls: told to nobody unless the host asks for it. Keys are told to nobody in any case. */

import assert from "node:assert/strict";
import { CHAT_URL, GROUP, all, post } from "../support/kit.js";
import { assertSilent, logged } from "../support/leaks.js";
import { CALLER, KEY, TENANT, headers, params } from "../support/marked.js";
import { ENV, SERVICE_KEYS, services, spansIn } from "../support/services.js";

export const callbacksContent = {};

const PROMPT = "prompt-marked-a-question-of-nobodys-business";
const ANSWER = "answer-marked-neither-is-this";

const REQUEST = { model: GROUP, messages: [{ role: "system", content: "Be brief." }, { role: "user", content: PROMPT }], temperature: 0.5 };
const STREAM = { ...REQUEST, stream: true };

const WAYS = {
  completion: (router) => router.completion(REQUEST),
  "completion, streamed": async (router) => all(await router.completion(STREAM)),
  fetch: async (router) => (await router.fetch(CHAT_URL, post(REQUEST, { headers }))).text(),
  // A caller may write anything into a body.
  "fetch, with a key in the body": async (router) => (await router.fetch(CHAT_URL, post({ ...REQUEST, api_key: CALLER, metadata: { x: CALLER } }, { headers }))).text(),
  "fetch, streamed": async (router) => (await router.fetch(CHAT_URL, post(STREAM, { headers }))).text(),
};

/** Makes a call, and gives all that was sent to the services. */
async function sentBy(kit, run, { config, host, one, dialect } = {}) {
  const service = services();
  const { router, provider } = kit.single({
    config: { callbacks: ["otel", "langfuse", "helicone"], ...config },
    host: { env: ENV, callbackFetch: service.fetch, ...host },
    params: dialect === "anthropic" ? { ...params, model: "anthropic/claude-3-5-haiku-20241022" } : params,
    one: { reply: ANSWER, dialect, ...one },
  });
  const log = await logged(async () => {
    await run(router);
    await router.flush();
  });
  assert.equal(provider.calls.length, 1);
  assert.equal(service.sent.length, 4);
  const told = [router.snapshot(), router.notices, router];
  assertSilent("what the program sees", [log, told], [KEY, TENANT, CALLER, PROMPT, ANSWER, ...SERVICE_KEYS]);
  for (const { url, text, headers: own } of service.sent) {
    assertSilent(`what is said to ${url}`, [url, text], [KEY, TENANT, CALLER, ...SERVICE_KEYS]);
    // Langfuse's key is half of a text in base64.
    assertSilent(`headers to ${url}`, own, [KEY, TENANT, CALLER, PROMPT, ...SERVICE_KEYS.filter((key) => !(own.authorization ?? "").includes(key))]);
  }
  return service;
}

for (const [way, run] of Object.entries(WAYS)) {
  for (const dialect of ["openai", "anthropic"]) {
    callbacksContent[`nothing that is said is told (${way}, ${dialect})`] = async (kit) => {
      const { sent } = await sentBy(kit, run, { dialect });
      assertSilent("what is told", sent, [PROMPT, ANSWER]);
    };

    callbacksContent[`what is said is told where the host asks for it (${way}, ${dialect})`] = async (kit) => {
      const service = await sentBy(kit, run, { dialect, host: { recordContent: true } });
      const [{ attributes }] = spansIn(service.at("collector.test/v1/traces"));
      assert.deepEqual(JSON.parse(attributes["gen_ai.input.messages"]), [
        { role: "system", parts: [{ type: "text", content: "Be brief." }] },
        { role: "user", parts: [{ type: "text", content: PROMPT }] },
      ]);
      const [output] = JSON.parse(attributes["gen_ai.output.messages"]);
      assert.deepEqual([output.role, output.parts, output.finish_reason], ["assistant", [{ type: "text", content: ANSWER }], "stop"]);
      assert.deepEqual(attributes["gen_ai.response.finish_reasons"], ["stop"]);
      const [generation, attempt] = spansIn(service.at("/api/public/otel/v1/traces"));
      assert.deepEqual(JSON.parse(generation.attributes["langfuse.observation.input"]), REQUEST.messages);
      assert.equal(JSON.parse(generation.attributes["langfuse.observation.output"])[0].content, ANSWER);
      assert.ok(!("gen_ai.input.messages" in generation.attributes) && !("langfuse.observation.input" in attempt.attributes));
      const [{ body: { providerRequest, providerResponse } }] = service.at("/custom/v1/log");
      assert.deepEqual([providerRequest.json.messages, providerRequest.json.temperature], [REQUEST.messages, 0.5]);
      assert.equal(providerResponse.json.choices[0].message.content, ANSWER);
      assert.ok(!("metadata" in providerRequest.json));
    };
  }
}

callbacksContent["turn_off_message_logging has the last word"] = async (kit) => {
  const config = { litellm_settings: { turn_off_message_logging: true } };
  const { sent } = await sentBy(kit, WAYS.completion, { config, host: { recordContent: true } });
  assertSilent("what is told", sent, [PROMPT, ANSWER]);
};

callbacksContent["what is too long is left out, and the call is told all the same"] = async (kit) => {
  const long = "x".repeat(300 * 1024);
  for (const [request, reply] of [[{ ...REQUEST, messages: [{ role: "user", content: long }] }, ANSWER], [REQUEST, long]]) {
    for (const stream of [false, true]) {
      const run = async (router) => (stream ? (await router.completion({ ...request, stream })).final() : router.completion(request));
      const service = await sentBy(kit, run, { host: { recordContent: true }, one: { reply } });
      const [{ attributes }] = spansIn(service.at("collector.test/v1/traces"));
      assert.equal("gen_ai.input.messages" in attributes, request === REQUEST);
      assert.equal("gen_ai.output.messages" in attributes, reply === ANSWER);
      assert.ok(service.sent.every(({ text }) => text.length < 50_000));
    }
  }
};

callbacksContent["what a program does with its request and its answer afterwards changes nothing"] = async (kit) => {
  const request = structuredClone(REQUEST);
  const service = await sentBy(kit, async (router) => {
    const answer = await router.completion(request);
    request.messages[1].content = "changed";
    answer.choices[0].message.content = "changed";
  }, { host: { recordContent: true } });
  assert.ok(service.sent.every(({ text }) => !text.includes("changed")));
  assert.ok(service.sent[0].text.includes(PROMPT) && service.sent[0].text.includes(ANSWER));
};

callbacksContent["tools, images and thoughts are told in the conventions' words"] = async (kit) => {
  const messages = [
    { role: "user", content: [{ type: "text", text: "See" }, { type: "image_url", image_url: { url: "https://a.test/b.png" } }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
    { role: "assistant", content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } }] },
    { role: "tool", tool_call_id: "c1", content: "a cat" },
  ];
  const service = await sentBy(kit, (router) => router.completion({ model: GROUP, messages }), { host: { recordContent: true } });
  const [{ attributes }] = spansIn(service.at("collector.test/v1/traces"));
  assert.deepEqual(JSON.parse(attributes["gen_ai.input.messages"]).map(({ role, parts }) => [role, parts]), [
    ["user", [{ type: "text", content: "See" }, { type: "uri", modality: "image", uri: "https://a.test/b.png" }, { type: "image_url" }]],
    ["assistant", [{ type: "tool_call", id: "c1", name: "look", arguments: { at: 1 } }]],
    ["tool", [{ type: "tool_call_response", id: "c1", response: "a cat" }]],
  ]);
};
