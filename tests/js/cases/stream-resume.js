/** `mid_stream`: a stream that breaks in the caller's hands, and is gone on with or begun again elsewhere. */

import assert from "node:assert/strict";
import { DIALECTS, MODELS, inWords, modelOf } from "../support/dialects.js";
import { brief } from "../support/kit.js";
import { lateFaults } from "../support/late-faults.js";
import { STREAM, chunksIn, fetched, markersIn, mixed, sentenceOf, textOf } from "../support/mixed.js";

export const streamResume = {};

const PAIRS = DIALECTS.flatMap((first) => DIALECTS.map((second) => [first, second]));

const BREAKS = "the connection breaks";

const COME_BACK = { idle_timeout: 0.05, mid_stream: "continue" };

/** Each reads a stream to its end: its chunks, and what is told of it. */
const FORMS = {
  async fetch(router) {
    const { response, text } = await fetched(router);
    return { chunks: chunksIn(text), head: response.headers.get("x-switchman-model-id") };
  },
  async objects(router) {
    const stream = await router.completion(STREAM);
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return { chunks, stream, head: "one" };
  },
  async "toResponse()"(router) {
    const stream = await router.completion(STREAM);
    const response = stream.toResponse();
    return { chunks: chunksIn(await response.text()), stream, head: response.headers.get("x-switchman-model-id") };
  },
};

/** What is told of a call in which "two" went on from, or took over from, "one". */
function assertTold({ model_used, meta }, dialects, error) {
  const [first, second] = [modelOf(dialects[0], "one"), modelOf(dialects[1], "two")];
  assert.equal(model_used, second);
  assert.deepEqual(meta.models_used, [first, second]);
  assert.equal(meta.model_id, "two");
  assert.equal(meta.attempted_retries, 1);
  assert.deepEqual(brief(meta.attempts), [
    { deployment: "one", status: 200, error },
    { deployment: "two", status: 200, error: null },
  ]);
}

/** Chunks of one answer: one role, one end, one id, in OpenAI's shape. */
function assertOne(chunks, dialects) {
  const choices = chunks.flatMap((chunk) => chunk.choices);
  assert.equal(choices.filter(({ delta }) => delta.role).length, 1);
  assert.deepEqual(
    choices.map((choice) => choice.finish_reason).filter(Boolean),
    ["stop"],
  );
  assert.equal(choices.at(-1).finish_reason, "stop");
  assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
  // Each chunk names the model that said it.
  const spoken = chunks.filter((chunk) => chunk.choices.length > 0).map(({ model }) => model);
  assert.deepEqual([...new Set(spoken)], [MODELS[dialects[0]]("one"), MODELS[dialects[1]]("two")]);
}

for (const dialects of PAIRS) {
  for (const [name, [fault, Class]] of Object.entries(lateFaults(dialects[0]))) {
    for (const [form, read] of Object.entries(FORMS)) {
      streamResume[`continue, ${inWords(dialects)}, as ${form}: ${name}`] = async (kit) => {
        const options = { one: { faults: fault }, prefill: ["two"], config: COME_BACK };
        const { router, one, two } = mixed(kit, dialects, options);
        const { chunks, stream, head } = await read(router);
        assert.equal(textOf(chunks), sentenceOf("one"));
        assertOne(chunks, dialects);
        assert.deepEqual(markersIn(chunks), [{ event: "continue", model_used: modelOf(dialects[1], "two"), attempt: 1 }]);
        const before = chunks.slice(0, chunks.findIndex((chunk) => chunk.switchman));
        assert.equal(textOf(before), "Hello from one");
        assert.equal(head, "one");
        if (stream) assertTold(stream, dialects, Class);
        assert.deepEqual([one.calls.length, two.calls.length], [1, 1]);
      };
    }
  }

  streamResume[`continue, ${inWords(dialects)}: final() is the whole answer`] = async (kit) => {
    const { router } = mixed(kit, dialects, { one: { faults: lateFaults(dialects[0])[BREAKS][0] }, prefill: ["two"], config: COME_BACK });
    const stream = await router.completion(STREAM);
    const whole = await stream.final();
    assert.equal(whole.object, "chat.completion");
    assert.deepEqual(
      whole.choices.map(({ message: { role, content }, finish_reason }) => ({ role, content, finish_reason })),
      [{ role: "assistant", content: sentenceOf("one"), finish_reason: "stop" }],
    );
    assert.equal("switchman" in whole, false);
    assertTold(stream, dialects, "APIConnectionError");
    assert.ok(stream.meta.usage.completion_tokens > 0);
  };

  streamResume[`continue, ${inWords(dialects)}: usage that was asked for is told once, at the end`] = async (kit) => {
    const options = { one: { faults: lateFaults(dialects[0])[BREAKS][0] }, prefill: ["two"], config: COME_BACK };
    const { router } = mixed(kit, dialects, options);
    const request = { ...STREAM, stream_options: { include_usage: true } };
    const stream = await router.completion(request);
    const objects = [];
    for await (const chunk of stream) objects.push(chunk);
    for (const chunks of [objects, chunksIn((await fetched(router, request)).text)]) {
      assert.equal(textOf(chunks), sentenceOf("one"));
      const told = chunks.filter(({ usage }) => usage);
      assert.deepEqual([told.length, told[0]], [1, chunks.at(-1)]);
      assert.equal(told[0].usage.completion_tokens, stream.meta.usage.completion_tokens);
    }
  };

  streamResume[`restart, ${inWords(dialects)}: the new answer follows a marker`] = async (kit) => {
    for (const [form, read] of Object.entries(FORMS)) {
      const options = { one: { faults: { cut: true } }, config: { mid_stream: "restart" } };
      const { router } = mixed(kit, dialects, options);
      const { chunks, stream } = await read(router);
      const marker = chunks.findIndex((chunk) => chunk.switchman);
      assert.deepEqual(markersIn(chunks), [{ event: "restart", model_used: modelOf(dialects[1], "two"), attempt: 1 }], form);
      assert.equal(textOf(chunks.slice(0, marker)), "Hello");
      assert.equal(textOf(chunks.slice(marker)), sentenceOf("two"));
      if (stream) assertTold(stream, dialects, "APIConnectionError");
    }
  };

  streamResume[`restart, ${inWords(dialects)}: final() is the new answer alone`] = async (kit) => {
    const options = { one: { faults: { cut: true } }, config: { mid_stream: "restart" } };
    const { router } = mixed(kit, dialects, options);
    const stream = await router.completion(STREAM);
    const whole = await stream.final();
    assert.equal(whole.choices[0].message.content, sentenceOf("two"));
    assert.equal("switchman" in whole, false);
    assertTold(stream, dialects, "APIConnectionError");
  };
}
