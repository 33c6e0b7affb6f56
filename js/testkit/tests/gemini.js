/**
 * What the provider answers on Google's paths, behind `fetch` and behind a socket, and what it refuses.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { geminiError } from "../index.js";
import { CONTENTS, eventsIn, speak } from "./dialects.js";
import { FACES, LIMIT, SSE_TYPE, WEATHER } from "./support.js";

const SENTENCE = "Hello from alpha every word here is made";
const TOOLS = { tools: [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: WEATHER }, { name: "time" }] }] };
const THIRD = "/v1beta/models/gemini-3-pro:generateContent";

const user = (...parts) => ({ role: "user", parts });
const model = (...parts) => ({ role: "model", parts });
const text = (said) => ({ text: said });

for (const face of Object.keys(FACES)) {
  describe(`Google's paths behind ${face}`, LIMIT, () => {
    const reach = (t, options) => speak("gemini", face, t, options);

    it("an answer", async (t) => {
      const { ask } = await reach(t);
      const response = await ask({ systemInstruction: { parts: [text("Be brief.")] } });
      assert.deepEqual([response.status, response.headers.get("content-type")], [200, "application/json"]);
      const { candidates, usageMetadata, ...rest } = await response.json();
      assert.deepEqual(candidates, [{ content: model(text(SENTENCE)), finishReason: "STOP", index: 0 }]);
      assert.deepEqual(rest, { modelVersion: "gemini-2.5-flash", responseId: "alpha_1" });
      assert.equal(usageMetadata.totalTokenCount, usageMetadata.promptTokenCount + 10);
    });

    it("the same as a stream, and as a list", async (t) => {
      const { stream, send } = await reach(t);
      const response = await stream();
      assert.equal(response.headers.get("content-type"), SSE_TYPE);
      const parts = eventsIn(await response.text()).map(({ data }) => JSON.parse(data));
      const said = parts.map(({ candidates: [{ content }] }) => content.parts[0].text);
      assert.deepEqual([said.join(""), said[0], said.at(-1)], [SENTENCE, "", ""]);
      assert.deepEqual(parts.map(({ candidates: [{ finishReason }] }) => finishReason).filter(Boolean), ["STOP"]);
      assert.equal(parts.at(-1).usageMetadata.candidatesTokenCount, 10);
      const list = await (await send("/v1beta/models/gemini-2.5-flash:streamGenerateContent", CONTENTS)).json();
      assert.deepEqual(list.map(({ candidates }) => candidates), parts.map(({ candidates }) => candidates));
    });

    it("thoughts, limits and several candidates", async (t) => {
      const { ask } = await reach(t);
      const config = async (generationConfig) => (await ask({ generationConfig })).json();
      const thinking = await config({ thinkingConfig: { includeThoughts: true, thinkingBudget: 200 } });
      assert.deepEqual(thinking.candidates[0].content.parts.map(({ thought }) => thought), [true, undefined]);
      assert.ok(thinking.usageMetadata.thoughtsTokenCount > 0);
      const short = await config({ maxOutputTokens: 4 });
      assert.deepEqual([short.candidates[0].finishReason, short.candidates[0].content.parts], ["MAX_TOKENS", [text("Hello from alpha")]]);
      const stopped = await config({ stopSequences: [" every"] });
      assert.deepEqual(stopped.candidates[0].content.parts, [text("Hello from alpha")]);
      assert.equal((await config({ candidateCount: 2 })).candidates.length, 2);
      const shaped = await config({ responseMimeType: "application/json", responseJsonSchema: WEATHER });
      assert.deepEqual(JSON.parse(shaped.candidates[0].content.parts[0].text), { city: SENTENCE, days: 3 });
    });

    it("a call of a function, and the turn after, with the signature", async (t) => {
      const { send } = await reach(t);
      const asked = { ...CONTENTS, ...TOOLS };
      const { candidates } = await (await send(THIRD, asked)).json();
      const [part] = candidates[0].content.parts;
      assert.deepEqual(part.functionCall, { id: "alpha-1", name: "weather", args: { city: "alpha", days: 3 } });
      const result = user({ functionResponse: { id: "alpha-1", name: "weather", response: { content: "sunny" } } });
      const after = (call) => send(THIRD, { ...asked, contents: [...CONTENTS.contents, model(call), result] });
      const answer = await (await after(part)).json();
      assert.equal(answer.candidates[0].content.parts[0].text, SENTENCE);
      const { thoughtSignature, ...unsigned } = part;
      const refusals = [unsigned, { ...part, thoughtSignature: "QUJD" }, { ...part, functionCall: { name: "time" } }].map(after);
      const told = await Promise.all(refusals.map(async (response) => (await (await response).json()).error.message));
      assert.match(told[0], /missing a thought_signature/);
      assert.match(told[1], /Corrupted thought signature/);
      assert.match(told[2], /Corrupted thought signature/);
      assert.equal((await after({ ...unsigned, thoughtSignature: "skip_thought_signature_validator" })).status, 200);
      assert.ok(thoughtSignature);
    });

    it("embeddings", async (t) => {
      const { send } = await reach(t);
      const one = { model: "models/e", content: { parts: [text("a")] }, outputDimensionality: 4 };
      const batch = await (await send("/v1beta/models/e:batchEmbedContents", { requests: [one, { ...one, content: { parts: [text("b")] } }] })).json();
      const { embedding } = await (await send("/v1beta/models/e:embedContent", one)).json();
      assert.deepEqual(batch.embeddings[0], embedding);
      assert.notDeepEqual(batch.embeddings[1], embedding);
      assert.equal(embedding.values.length, 4);
    });

    it("models, keys, and paths that there are not", async (t) => {
      const { base, fetch, ask, provider } = await reach(t, { apiKey: "AIza-1" });
      const bad = await ask({});
      const { error } = await bad.json();
      assert.deepEqual([bad.status, error.status, error.details[0].reason], [400, "INVALID_ARGUMENT", "API_KEY_INVALID"]);
      const headers = { "x-goog-api-key": "AIza-1" };
      assert.equal((await ask({}, { headers })).status, 200);
      const { models } = await (await fetch(`${base}/v1beta/models`, { headers })).json();
      assert.equal(models[0].name, "models/alpha-model");
      assert.equal((await fetch(`${base}/v1beta/models/alpha-model?key=AIza-1`)).status, 200);
      assert.equal((await fetch(`${base}/v1beta/models/other`, { headers })).status, 404);
      assert.equal((await fetch(`${base}/v1beta/models/x:countTokens`, { method: "POST", headers, body: "{}" })).status, 404);
      assert.equal(provider.calls.length, 6);
    });
  });
}

/** What is changed in a good request, and what the refusal names. */
const REFUSED = {
  "no contents": [{ contents: [] }, /contents is not specified/],
  "an unknown field": [{ messages: [] }, /Unknown name "messages"/],
  "an unknown field of the config": [{ generationConfig: { top_p: 1, max_tokens: 1 } }, /Unknown name "top_p" at 'generation_config'/],
  "an unknown part": [{ contents: [user({ type: "text", text: "a" })] }, /Unknown name "type" at 'contents\[0\]\.parts\[0\]'/],
  "no parts": [{ contents: [user()] }, /parts must not be empty/],
  "an empty text": [{ contents: [user(text(""))] }, /must not be empty/],
  "two kinds in one part": [{ contents: [user({ text: "a", fileData: { fileUri: "x" } })] }, /required oneof field/],
  "another role": [{ contents: [{ role: "assistant", parts: [text("a")] }] }, /valid role/],
  "the model first": [{ contents: [model(text("a")), user(text("b"))] }, /start with a user turn/],
  "a picture without a type": [{ contents: [user({ inlineData: { data: "AA==" } })] }, /Unable to process input/],
  "fewer results than calls": [
    { contents: [user(text("a")), model({ functionCall: { name: "f" } }, { functionCall: { name: "g" } }), user({ functionResponse: { name: "f" } })] },
    /number of function response parts/,
  ],
  "a result without a call": [{ contents: [user({ functionResponse: { name: "f" } })] }, /immediately after a function call turn/],
  "arguments that are a list": [{ contents: [user(text("a")), model({ functionCall: { name: "f", args: [] } })] }, /function_call/],
  "a name of a function": [{ tools: [{ functionDeclarations: [{ name: "4x" }] }] }, /Invalid function name/],
  "a choice of what is not declared": [{ toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } } }, /not declared/],
  "a budget and a level": [{ generationConfig: { thinkingConfig: { thinkingBudget: 500, thinkingLevel: "low" } } }, /only one of thinking budget/],
  "a level before the third generation": [{ generationConfig: { thinkingConfig: { thinkingLevel: "low" } } }, /not supported for this model/],
  "a schema without its type": [{ generationConfig: { responseJsonSchema: {} } }, /requires response_mime_type/],
  "JSON beside tools": [{ ...TOOLS, generationConfig: { responseMimeType: "application/json" } }, /Function calling with a response mime type/],
  "six stop sequences": [{ generationConfig: { stopSequences: [..."abcdef"] } }, /stop_sequences/],
  "a temperature": [{ generationConfig: { temperature: 3 } }, /temperature/],
};

describe("Google's refusals", LIMIT, () => {
  for (const [name, [change, message]] of Object.entries(REFUSED)) {
    it(name, async (t) => {
      const { ask } = await speak("gemini", "fetch", t);
      const response = await ask(change);
      const { error } = await response.json();
      assert.deepEqual([response.status, error.code, error.status], [400, 400, "INVALID_ARGUMENT"]);
      assert.match(error.message, message);
    });
  }

  it("a model's turn at the end, where the model does not go on from it", async (t) => {
    const { ask } = await speak("gemini", "fetch", t, { continues: false });
    const contents = [...CONTENTS.contents, model(text("Hello from"))];
    assert.match((await (await ask({ contents })).json()).error.message, /ending with a model turn/);
    const { ask: other } = await speak("gemini", "fetch", t);
    assert.equal((await (await other({ contents })).json()).candidates[0].content.parts[0].text, " alpha every word here is made");
  });

  it("bodies of errors, by themselves", () => {
    assert.equal(geminiError(503).error.status, "UNAVAILABLE");
    assert.equal(geminiError(418).error.status, "INVALID_ARGUMENT");
    assert.deepEqual(geminiError(429, { message: "m" }).error, { code: 429, message: "m", status: "RESOURCE_EXHAUSTED" });
  });
});
