/** What is sent to Gemini, against Google's own definitions of its API. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importPacked } from "../js/pack.mjs";
import { ASKED, EMBEDDED } from "./asked.mjs";
import { mistakesIn } from "./protos.mjs";

const { Router } = await importPacked();
const { fakeProvider } = await importPacked("switchman/testkit");

const MODELS = ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-pro-preview", "gemini-3.8-flash"];

/** What a request comes to, as the test kit's provider sees it. */
async function sent(model, ask) {
  const provider = fakeProvider({ dialect: "gemini", apiKey: "AIza-test" });
  const deployment = { model_name: "group", litellm_params: { model: `gemini/${model}`, api_key: "AIza-test" } };
  const router = new Router({ model_list: [deployment], num_retries: 0 }, { fetch: provider.fetch, seed: 1 });
  try {
    // The fake refuses by rules of its own, which the real one has too.
    await ask(router);
    return provider.calls[0];
  } finally {
    router.free();
  }
}

describe("requests to Gemini", () => {
  test("there are sixty and more", () => assert.ok(Object.keys(ASKED).length * MODELS.length >= 60));

  for (const model of MODELS) {
    for (const [name, asked] of Object.entries(ASKED)) {
      test(`${model}: ${name}`, async () => {
        const { url, body, headers } = await sent(model, (router) => router.completion({ model: "group", ...asked }));
        assert.deepEqual(mistakesIn(body, "GenerateContentRequest"), []);
        assert.equal(url, `https://generativelanguage.googleapis.com/v1beta/models/${model}:generateContent`);
        assert.equal(headers["x-goog-api-key"], "AIza-test");
      });
    }
  }

  for (const [name, asked] of Object.entries(EMBEDDED)) {
    test(`embeddings: ${name}`, async () => {
      const { body } = await sent("gemini-embedding-001", (router) => router.embedding({ model: "group", ...asked }));
      assert.deepEqual(mistakesIn(body, "BatchEmbedContentsRequest"), []);
    });
  }

  test("a mistake would be found", () => {
    const part = { text: "a", inlineData: { mimeType: 7, data: "!" } };
    const message = { contents: [{ role: "user", parts: [part] }], generationConfig: { topk: 1, topK: 1.5 }, toolConfig: { functionCallingConfig: { mode: "SOME" } } };
    assert.equal(mistakesIn(message, "GenerateContentRequest").length, 6);
  });
});
