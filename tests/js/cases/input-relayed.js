/** What goes on to the provider, and back: byte for byte but for the model. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, post } from "../support/kit.js";
import { ORIGIN, three } from "../support/three.js";

export const inputRelayed = {};

/** Bodies as a careful client might write them; `MODEL` stands for the model's name. */
const BODIES = {
  "numbers that no double holds":
    '{"model":MODEL,"messages":[],"seed":12345678901234567890123,"temperature":0.10000000000000000555,"top_p":1e-7,"n":-0}',
  "members that nobody knows, in their order": '{"zebra":{"b":1,"a":[{}]},"model":MODEL,"messages":[],"alpha":null,"0":false}',
  "blanks everywhere": ' \n{\t"messages" : [ ] ,\r\n "model"\n:\tMODEL , "user" : "a  b" }\n ',
  "escapes as they were written":
    '{"messages":[{"role":"user","content":"\\u00e9\\/\\ud83d\\ude00\\n\\"model\\":\\"x\\""}],"model":MODEL}',
  "letters beyond ASCII": '{"messages":[{"role":"user","content":"Grüße, 日本語 🙂"}],"model":MODEL,"ключ":"значение"}',
  "members that stand twice": '{"user":"a","model":MODEL,"messages":[],"user":"b"}',
  "a deep nest": `{"model":MODEL,"messages":[],"deep":${"[".repeat(60)}${"]".repeat(60)}}`,
  "a long text": `{"messages":[{"role":"user","content":"${"é✓x".repeat(60_000)}"}],"model":MODEL}`,
};

for (const [name, body] of Object.entries(BODIES)) {
  inputRelayed[`all but the model goes on byte for byte: ${name}`] = async (kit) => {
    const { router, one } = three(kit);
    const sent = body.replace("MODEL", JSON.stringify(GROUP));
    const expected = body.replace("MODEL", '"model-one"');
    const bytes = new TextEncoder().encode(sent);
    const inits = [sent, bytes, bytes.buffer, new DataView(bytes.buffer), new Blob([bytes]), new Blob([bytes]).stream()];
    const requests = [new Request(CHAT_URL, post(sent)), new Request(CHAT_URL, post(bytes))];
    for (const given of [...inits.map((body) => [CHAT_URL, { method: "POST", body }]), ...requests.map((request) => [request])]) {
      // What the fake thinks of these requests does not matter here.
      await (await router.fetch(...given)).text();
      assert.equal(one.calls.at(-1).text, expected);
      assert.equal(one.calls.at(-1).headers["content-type"], "application/json");
    }
  };
}

Object.assign(inputRelayed, {
  "a model that stands twice: the last one counts, and no other reaches the provider": async (kit) => {
    const { router, one } = three(kit);
    const text = `{"model":"other","messages":[],"model":"${GROUP}"}`;
    await (await router.fetch(CHAT_URL, post(text))).text();
    assert.equal(one.calls.length, 1);
    const names = [...one.calls[0].text.matchAll(/"model"\s*:\s*("[^"]*")/g)].map(([, name]) => name);
    assert.ok(names.length >= 1 && names.every((name) => name === '"model-one"'), one.calls[0].text);
  },
  "a model may be escaped, name and value": async (kit) => {
    const { router, one } = three(kit);
    await (await router.fetch(CHAT_URL, post('{"m\\u006fdel":"claude\\u002dfast","messages":[]}'))).text();
    assert.deepEqual(one.calls[0].body, { model: "model-one", messages: [] });
  },
  "the answer goes on byte for byte": async (kit) => {
    const body = '{"choices": [ {"index":0} ],\n "id":12345678901234567890123, "usage":{"prompt_tokens":1.0},"é":"\\u00e9"}';
    const { router } = kit.single({ one: { faults: { body, contentType: "application/json" } } });
    const response = await router.fetch(CHAT_URL, post(CHAT));
    assert.equal(await response.text(), body);
    assert.match(response.headers.get("content-type"), /^application\/json/);
  },
  "embeddings go the same way": async (kit) => {
    const { router, one } = three(kit);
    const text = '{"input":["a","b"],"model":"claude-fast","encoding_format":"base64","dimensions":8}';
    const response = await router.fetch(`${ORIGIN}/v1/embeddings`, post(text));
    assert.equal(response.headers.get("x-switchman-model-used"), "openai/model-one");
    const answer = await response.json();
    assert.equal(answer.data.length, 2);
    assert.equal(typeof answer.data[0].embedding, "string");
    assert.equal(one.calls[0].text, text.replace(GROUP, "model-one"));
    assert.equal(one.calls[0].path, "/v1/embeddings");
    const inProcess = await router.embedding({ model: GROUP, input: "a", dimensions: 8 });
    assert.equal(inProcess.data[0].embedding.length, 8);
    assert.equal(inProcess._hidden_params.model_id, "one");
  },
});
