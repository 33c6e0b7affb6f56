/**
 * Asks one server in each protocol it speaks, without the router: tells a fault of the servers from one of the router.
 *
 *     node examples/local-model/probe.mjs
 */

import assert from "node:assert/strict";
import { setUp } from "./setup.mjs";
import { MODEL_NAME, startServer, stopServer } from "./servers.mjs";

const request = { model: MODEL_NAME, messages: [{ role: "user", content: "Bread is made from" }], max_tokens: 16, temperature: 0 };

const server = await startServer({ ...(await setUp()), name: "probe" });
console.log(`ready: ${server.origin} (process ${server.pid})`);
try {
  await show("OpenAI chat", async () => {
    const answer = await (await post("/v1/chat/completions", request)).json();
    return { text: answer.choices[0].message.content, tokens: answer.usage.completion_tokens };
  });
  await show("OpenAI chat, streamed", async () => {
    const chunks = await events("/v1/chat/completions", { ...request, stream: true, stream_options: { include_usage: true } });
    assert.equal(chunks.pop(), "[DONE]");
    const parsed = chunks.map((data) => JSON.parse(data));
    return { text: parsed.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), tokens: parsed.at(-1).usage.completion_tokens };
  });
  await show("Anthropic messages", async () => {
    const answer = await (await post("/v1/messages", request)).json();
    return { text: answer.content[0].text, tokens: answer.usage.output_tokens };
  });
  await show("Anthropic messages, streamed", async () => {
    const parsed = (await events("/v1/messages", { ...request, stream: true })).map((data) => JSON.parse(data));
    assert.equal(parsed.at(-1).type, "message_stop");
    const deltas = parsed.filter((event) => event.type === "content_block_delta");
    return { text: deltas.map((event) => event.delta.text).join(""), tokens: parsed.at(-2).usage.output_tokens };
  });
  // Whether a stream that broke can be gone on with: the text comes back, and then what follows it.
  const broken = { ...request, messages: [...request.messages, { role: "assistant", content: " wheat, and" }] };
  await show("OpenAI chat, goes on", async () => {
    const answer = await (await post("/v1/chat/completions", broken)).json();
    return { text: answer.choices[0].message.content, tokens: answer.usage.completion_tokens };
  });
  await show("Anthropic messages, goes on", async () => {
    const answer = await (await post("/v1/messages", broken)).json();
    return { text: answer.content[0].text, tokens: answer.usage.output_tokens };
  });
} finally {
  await stopServer(server);
}
const { code, signal } = await server.exited;
console.log(`stopped: ${signal ?? `exit code ${code}`}`);

async function show(protocol, ask) {
  const started = performance.now();
  const { text, tokens } = await ask();
  assert.ok(tokens > 0 && text.length > 0, `${protocol}: an empty answer`);
  console.log(`${protocol}: ${tokens} tokens in ${Math.round(performance.now() - started)} ms: ${JSON.stringify(text)}`);
}

async function post(path, body) {
  const response = await fetch(server.origin + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}\n${server.tail()}`);
  return response;
}

/** @returns {Promise<string[]>} the `data` of every event of a streamed answer. */
async function events(path, body) {
  const text = await (await post(path, body)).text();
  return Array.from(text.matchAll(/^data: (.*)$/gm), ([, data]) => data);
}
