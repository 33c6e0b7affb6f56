/** Transcripts that hop: what one provider has put into them does not reach another that refuses it. */

import assert from "node:assert/strict";
import { all, CHAT, CHAT_URL, deployment, fetchOf, post } from "../support/kit.js";
import { mixed } from "../support/mixed.js";

export const transcripts = {};

const LONG = "ä".repeat(5_000);

/** A conversation with an answer of Anthropic's in it, as a caller has kept it. */
const ASKED = {
  ...CHAT,
  messages: [
    { role: "system", content: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }] },
    { role: "user", content: `cache_control ${LONG}` },
    {
      role: "assistant",
      content: "Hm, äöü.",
      reasoning_content: LONG,
      thinking_blocks: [{ type: "thinking", thinking: LONG, signature: "c2ln" }],
      tool_calls: [{ index: 0, id: `toolu_${"x".repeat(50)}`, type: "function", function: { name: "f", arguments: '{"cache_control":1}' } }],
    },
    { role: "tool", tool_call_id: `toolu_${"x".repeat(50)}`, content: "ok" },
  ],
};

const fetched = async (router, request) => {
  const response = await router.fetch(CHAT_URL, post(request));
  assert.equal(response.status, 200, await response.clone().text());
  await response.text();
};

const WAYS = {
  completion: (router) => router.completion(ASKED),
  "completion, streamed": async (router) => all(await router.completion({ ...ASKED, stream: true })),
  fetch: (router) => fetched(router, ASKED),
  "fetch, streamed": (router) => fetched(router, { ...ASKED, stream: true }),
};

for (const [way, ask] of Object.entries(WAYS)) {
  transcripts[`from Anthropic to OpenAI, ${way}`] = async (kit) => {
    const { router, one, two } = mixed(kit, ["anthropic", "openai"], { config: { num_retries: 1 } });
    one.setFaults({ status: 500 });
    await ask(router);
    // Anthropic takes it as it came.
    const [thinking] = one.calls[0].body.messages[1].content;
    assert.deepEqual(thinking, ASKED.messages[2].thinking_blocks[0]);
    const { messages } = two.calls[0].body;
    const [system, user, assistant, tool] = messages;
    assert.deepEqual(system.content, [{ type: "text", text: "Be brief." }]);
    assert.deepEqual(user, ASKED.messages[1]);
    const id = tool.tool_call_id;
    assert.equal(id.length, 32);
    const call = { id, type: "function", function: ASKED.messages[2].tool_calls[0].function };
    assert.deepEqual(assistant, { role: "assistant", content: "Hm, äöü.", tool_calls: [call] });
  };
}

transcripts["to OpenAI itself nothing goes that it refuses, though the config has nobody else"] = async (kit) => {
  const provider = kit.provider("one");
  const entry = deployment("one", { api_base: "https://api.openai.com/v1" });
  const router = kit.router({ model_list: [entry] }, { fetch: (url, init) => provider.fetch(String(url).replace("api.openai.com", "one.test"), init) });
  await router.completion(ASKED);
  await fetched(router, ASKED);
  for (const { body } of provider.calls) {
    assert.deepEqual(body.messages[0].content, [{ type: "text", text: "Be brief." }]);
    assert.deepEqual(Object.keys(body.messages[2]), ["role", "content", "tool_calls"]);
  }
};

transcripts["among deployments of one provider at an address of the config's a request goes on as it is"] = async (kit) => {
  const provider = kit.provider("one");
  const router = kit.router({ model_list: [deployment("one")] }, { fetch: fetchOf(provider) });
  await fetched(router, ASKED);
  assert.deepEqual(provider.calls[0].body.messages, ASKED.messages);
};
