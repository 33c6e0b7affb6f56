/** The examples as they stand in the tree, against the packed package: with the embedded fakes, and with a key. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { at } from "../../scripts/project.mjs";
import { importPacked, packed, workerdWith } from "./pack.mjs";

const WORKER = at("examples", "worker", "index.js");
const CHAT = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "chat", messages: [{ role: "user", content: "Hello" }] }),
};
const MODELS = ["openai/gpt-4o-mini", "openai/gpt-4.1-mini"];
const KEYLESS = { ...process.env, OPENAI_API_KEY: "" };

const node = (args, env = KEYLESS) => promisify(execFile)(process.execPath, args, { cwd: at(), env });

test("the worker answers every caller although one of its fakes is overloaded at times", async (t) => {
  const worker = await workerdWith(WORKER, { outbound: () => assert.fail("the fakes leave nothing for the network") });
  t.after(() => worker.stop());
  let retries = 0;
  const answeredBy = new Set();
  for (let n = 0; n < 40; n++) {
    const response = await worker.fetch("/v1/chat/completions", CHAT);
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    assert.match(answer.choices[0].message.content, /shaky|steady/);
    answeredBy.add(response.headers.get("x-switchman-model-used"));
    retries += Number(response.headers.get("x-switchman-attempted-retries"));
  }
  // The first call of the shaky fake fails: in forty draws it is chosen at least once, but for odds of one in a million millions.
  assert.ok(retries > 0, "no call failed over");
  for (const model of answeredBy) assert.ok(MODELS.includes(model), `answered by ${model}`);
});

test("with a key the worker calls OpenAI, and nobody else", async (t) => {
  const { fakeProvider } = await importPacked("switchman/testkit");
  const openai = fakeProvider({ name: "openai", apiKey: "sk-test" });
  const worker = await workerdWith(WORKER, { bindings: { OPENAI_API_KEY: "sk-test" }, outbound: openai.fetch });
  t.after(() => worker.stop());
  const response = await worker.fetch("/v1/chat/completions", CHAT);
  assert.equal(response.status, 200, await response.text());
  assert.equal(openai.calls.length, 1);
  assert.equal(openai.calls[0].url, "https://api.openai.com/v1/chat/completions");
  assert.equal(openai.calls[0].headers.authorization, "Bearer sk-test");
});

test("a cron trigger of the worker asks each deployment for one token, and no call after that has to find out", async (t) => {
  const { fakeProvider } = await importPacked("switchman/testkit");
  const openai = fakeProvider({ name: "openai", apiKey: "sk-test", keepCalls: 9 });
  const worker = await workerdWith(WORKER, { bindings: { OPENAI_API_KEY: "sk-test" }, outbound: openai.fetch });
  t.after(() => worker.stop());
  assert.equal((await worker.scheduled()).outcome, "ok", worker.log.join("\n"));
  const asked = openai.calls.map(({ body: { model, max_completion_tokens, stream } }) => [`openai/${model}`, max_completion_tokens, stream]);
  assert.deepEqual(asked, MODELS.map((model) => [model, 1, true]));
  await worker.scheduled();
  assert.equal(openai.calls.length, 2, "they were timed a moment ago");
});

test("the Node program answers and says who did", async (t) => {
  // Copied into the project that has the package, where its imports mean the package.
  const folder = await mkdtemp(join(await packed(), "examples-"));
  t.after(() => rm(folder, { recursive: true }));
  await cp(at("examples", "node"), join(folder, "node"), { recursive: true });
  await cp(at("examples", "worker"), join(folder, "worker"), { recursive: true });
  const { stdout } = await node([join(folder, "node", "index.mjs"), "Hello"]);
  assert.match(stdout, /shaky|steady/);
  assert.match(stdout, /^answered by openai\/gpt-4(o|\.1)-mini after [01] (retry|retries)$/m);
});

test("the AI SDK's program runs its tool, and says who answered and for how much", async (t) => {
  const folder = await mkdtemp(join(await packed(), "examples-"));
  t.after(() => rm(folder, { recursive: true }));
  await cp(at("examples", "ai-sdk"), join(folder, "ai-sdk"), { recursive: true });
  const { stdout } = await node([join(folder, "ai-sdk", "index.mjs"), "Hello"]);
  assert.match(stdout, /^Hello from openai every word here is made$/m);
  assert.match(stdout, /^answered by openai\/gpt-4(o|\.1)-mini for \$[\d.e-]+$/m);
});

test("npm start prints a line to copy, and its log says which deployment answered", async () => {
  const { stdout } = await node([at("scripts", "start.mjs"), "--once", "--port", "0"]);
  assert.match(stdout, /^ {2}curl -s http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions -H 'content-type: application\/json' -d '\{.+\}'$/m);
  assert.match(stdout, /^POST \/v1\/chat\/completions 200 answered by openai\/gpt-4(o|\.1)-mini \(deployment [^)\s]+\)(, \d (retry|retries))?, \d+ ms$/m);
  assert.match(stdout, /^The page, .+ is at http:\/\/127\.0\.0\.1:\d+\/$/m);
  assert.match(stdout, /"object":\s*"chat\.completion"/);
});
