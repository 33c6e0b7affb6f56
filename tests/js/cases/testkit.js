/** The test kit as it is published: what of it must not depend on the runtime. Its own tests say the rest, on Node. */

import assert from "node:assert/strict";
import { all } from "../support/kit.js";

export const testkit = {};

const REPLY = "Žluťoučký kůň 馬 🐎";
const URLS = { openai: "https://one.test/v1/chat/completions", anthropic: "https://one.test/v1/messages" };
const request = (fields) => ({
  method: "POST",
  headers: { "anthropic-version": "2023-06-01" },
  body: JSON.stringify({ model: "m", max_tokens: 2048, messages: [{ role: "user", content: "Hi" }], ...fields }),
});
const deltas = (text) => text.match(/"(?:content|text)":"([^"]*)"/g) ?? [];

for (const [dialect, url] of Object.entries(URLS)) {
  testkit[`${dialect}: a stream in the wrong pieces says what it should`] = async (kit) => {
    const provider = kit.provider("one", { dialect: "both", reply: REPLY });
    const ask = async () => all((await provider.fetch(url, request({ stream: true }))).body);
    const plain = await new Blob(await ask()).text();
    provider.reset();
    provider.script({ splitUtf8: true, splitCrlf: true });
    const chunks = await ask();
    assert.ok(chunks.some((bytes) => bytes.at(-1) >= 0xc0) && chunks.some((bytes) => bytes.at(-1) === 13));
    assert.equal((await new Blob(chunks).text()).replaceAll("\r\n", "\n"), plain);
    assert.ok(deltas(plain).length > 3);
  };

  testkit[`${dialect}: a drip goes on when it is let go, and ends with its reader`] = async (kit) => {
    const provider = kit.provider("one", { dialect: "both", faults: { drip: true } });
    const reader = (await provider.fetch(url, request({ stream: true }))).body.getReader();
    await reader.read();
    let isEarly = true;
    const second = reader.read().then(() => assert.equal(isEarly, false));
    await (await provider.fetch("https://one.test/v1/models")).text();
    isEarly = false;
    provider.release();
    await second;
    await reader.cancel();
    assert.deepEqual([provider.calls[0].cancelled, provider.open], [true, 0]);
  };
}

testkit["anthropic: thinking and a tool call, signed alike everywhere"] = async (kit) => {
  const provider = kit.provider("one", { dialect: "anthropic" });
  const tools = [{ name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } } } }];
  const answer = await provider.fetch(URLS.anthropic, request({ tools, thinking: { type: "enabled", budget_tokens: 1024 } }));
  const { content, stop_reason: reason } = await answer.json();
  assert.deepEqual([reason, content[1].input], ["tool_use", { city: "one" }]);
  assert.equal(content[0].signature, "cI+LXvg4ElioTc5BH2JrIRxGUTq8I618HmGdZOwKAd7XfUxLsqdJwipByqnrRD4I");
};
