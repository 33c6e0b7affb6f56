/** What servers say with status 200 in place of an answer: the caller reads their words, and another deployment is asked. */

import assert from "node:assert/strict";
import { DIALECTS } from "../support/dialects.js";
import { CHAT, CHAT_URL, post, rejection } from "../support/kit.js";
import { STREAM, mixed, sentenceOf } from "../support/mixed.js";

export const inPlace = {};

const KEY = "sk-somebodyelse1234567890";

/** By shape: the body, the class of the error, and what of it the caller reads. */
const SHAPES = {
  "an error that is a text": [{ error: `no: ${KEY}` }, "APIError", /^no: \[redacted\]$/],
  "a message": [{ message: `no: ${KEY}` }, "APIError", /no: \[redacted\]$/],
  "FastAPI's details": [{ detail: [{ loc: ["body"], msg: "field required", type: "missing" }] }, "APIError", /field required$/],
  "a list of errors": [{ errors: [{ message: "no route", code: 7000 }] }, "APIError", /no route$/],
  "a list of texts": [{ errors: ["no route"] }, "APIError", /no route$/],
  "a code and a message": [{ code: 1302, msg: "too many", success: false }, "RateLimitError", /^too many$/],
  "a problem of RFC 9457": [{ title: "Too Many Requests", status: 429, detail: "slow down" }, "RateLimitError", /^slow down$/],
  "errors in a list": [[{ error: { message: "busy", code: 503, status: "UNAVAILABLE" } }], "ServiceUnavailableError", /^busy$/],
  "an object of nobody's": [{ ok: true }, "APIError", /has no `(choices|content|candidates)`$|no stream/],
};

for (const dialect of DIALECTS) {
  for (const [shape, [body, name, message]] of Object.entries(SHAPES)) {
    inPlace[`${dialect}: ${shape}, with status 200`] = async (kit) => {
      const { router, one } = mixed(kit, [dialect], { one: { faults: [{ body }] }, config: { num_retries: 0 } });
      const fault = () => one.setFaults({ body });
      fault();
      for (const request of [CHAT, STREAM]) {
        const error = await rejection(router.completion(request));
        assert.equal(error.constructor.name, name);
        assert.match(error.message, message);
        const response = await router.fetch(CHAT_URL, post(request));
        const told = (await response.json()).error;
        assert.equal(response.status, error.status);
        assert.match(told.message, message);
      }
    };
  }
  inPlace[`${dialect}: another deployment is asked where one has said no with status 200`] = async (kit) => {
    const { router } = mixed(kit, [dialect, "openai"], { one: { faults: [{ body: { message: "no" } }] } });
    const answer = await router.completion(CHAT);
    assert.equal(answer.choices[0].message.content, sentenceOf("two"));
    assert.match(answer._hidden_params.attempts[0].message, /no$/);
  };
}

Object.assign(inPlace, {
  "an answer in place of a stream is called that, and nobody reads its words": async (kit) => {
    for (const text of ['{"choices":[{"message":{"content":"a secret"}}]}', '{"choices":[{"message":{"content":"a secr']) {
      const faults = [{ body: text, contentType: "application/json" }];
      const { router } = mixed(kit, ["openai"], { one: { faults }, config: { num_retries: 0 } });
      const error = await rejection(router.completion(STREAM));
      assert.match(error.message, /no stream/);
      assert.doesNotMatch(JSON.stringify(error.attempts) + error.message, /secr/);
    }
  },
  "an empty answer is called that": async (kit) => {
    for (const dialect of DIALECTS) {
      const { router, one } = mixed(kit, [dialect], { config: { num_retries: 0 } });
      one.setFaults({ empty: true });
      assert.match((await rejection(router.completion(CHAT))).message, /is empty$/, dialect);
      const response = await router.fetch(CHAT_URL, post(CHAT));
      assert.match((await response.json()).error.message, /is empty$/, dialect);
    }
  },
  "a byte order mark before an answer, or before an error, is passed over": async (kit) => {
    const answer = JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] });
    const { router, one } = mixed(kit, ["openai"], { config: { num_retries: 0 } });
    one.setFaults({ body: `\ufeff${answer}` });
    assert.equal((await router.completion(CHAT)).choices[0].message.content, "Hi");
    const response = await router.fetch(CHAT_URL, post(CHAT));
    assert.equal((await response.json()).choices[0].message.content, "Hi");
    one.setFaults({ status: 400, body: '\ufeff{"error":{"message":"no","code":"context_length_exceeded"}}' });
    assert.equal((await rejection(router.completion(CHAT))).constructor.name, "ContextWindowExceededError");
  },
});
