/** Chunks that are read by the driver itself: the same as parsed one by one, however they are cut. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Chunks } from "../../js/chunks.js";
import { Stencil } from "../../js/stencil.js";

const chunk = (content, more) => JSON.stringify({
  id: "c1",
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
  usage: null,
  ...more,
});

const event = (text) => `data: ${text}\n\n`;

/** Texts of one stream each: how the one at `index` reads. */
const STREAMS = {
  "ever new words": [(index) => chunk(`word ${index}`), 59],
  "words with padding behind them": [(index) => chunk(`word ${index}`, { obfuscation: "x".repeat(index % 7) }), 59],
  "words that need escapes": [(index) => chunk(['"', "\\", "\n", "\ud800"][index % 4]), 0],
  "letters of every size": [(index) => chunk(["a", "é", "語", "🚂", "", "index", "id"][index % 7]), undefined],
  "an envelope that changes now and then": [(index) => chunk("a", { created: Math.floor(index / 10) }), 54],
  "an envelope that always changes": [(index) => chunk("a", { created: index }), 0],
  "a member told twice, the last one new": [(index) => `{"choices":[{"delta":{"content":"a","content":"b${index}"}}]}`, 59],
  "a member told twice, the first one new": [(index) => `{"choices":[{"delta":{"content":"b${index}","content":"a"}}]}`, 0],
  "the same text in another member": [(index) => `{"choices":[{"delta":{"content":"b${index}"}}],"z":"b${index}"}`, 0],
  "the text within another text": [(index) => chunk(`b${index}`, { z: `{"content":"b${index}"}` }), 0],
  "objects beside the word": [(index) => `{"choices":[{"delta":{"content":"b${index}"},"logprobs":{"content":[]}}]}`, 0],
  "a name of the language's own": [(index) => `{"__proto__":1,"choices":[{"delta":{"__proto__":2,"content":"b${index}"}}]}`, 59],
  "white space": [(index) => `{ "choices" : [ { "delta" : { "content" : "b${index}" } } ] }`, 59],
};

for (const [title, [textAt, expected]] of Object.entries(STREAMS)) {
  test(`a stencil reads ${title} as JSON.parse does`, () => {
    const stencil = new Stencil();
    const seen = new Set();
    let read = 0;
    for (let index = 0; index < 60; index += 1) {
      const text = textAt(index);
      const parsed = JSON.parse(text);
      const ofEvent = stencil.readEvent(event(text));
      const chunk = stencil.read(text);
      assert.deepStrictEqual(ofEvent, chunk);
      if (chunk === undefined) stencil.learn(text, parsed);
      else {
        read += 1;
        assert.deepStrictEqual(chunk, parsed);
        assert.equal(JSON.stringify(chunk), JSON.stringify(parsed));
        for (const object of [chunk, chunk.choices, chunk.choices[0], chunk.choices[0].delta]) {
          assert.ok(!seen.has(object), "two chunks share an object");
          seen.add(object);
        }
      }
    }
    if (expected !== undefined) assert.equal(read, expected);
  });
}

/** A core that may be left alone, and that notes what it is shown. */
function skimming() {
  const shown = [];
  const core = { coreMaySkim: () => true, coreTake: () => 0 };
  const call = {
    skippedEvents: 0,
    ask: (question) => question(core, 1),
    push: (bytes) => shown.push(Buffer.from(bytes).toString()) && 0,
  };
  const chunks = new Chunks(/** @type {any} */ ({}), /** @type {any} */ (call));
  return {
    shown,
    push(text) {
      chunks.push(Buffer.from(text));
      return chunks.take(core, 1);
    },
  };
}

const QUIET = event(chunk("é"));

test("an event that is followed by anything is no whole one", () => {
  const stencil = new Stencil();
  const text = chunk("a");
  stencil.learn(text, JSON.parse(text));
  assert.deepEqual(stencil.readEvent(event(chunk("b"))), JSON.parse(chunk("b")));
  for (const cut of [chunk("b"), `data: ${chunk("b")}\n`, `${event(chunk("b"))}\n`, event(chunk("b")).repeat(2), `data: ${chunk("b")}\r\n\r\n`, `data:${chunk("b")}\n\n`]) {
    assert.equal(stencil.readEvent(cut), undefined);
  }
});

test("chunks that mean nothing to the core never reach it", () => {
  const { push, shown } = skimming();
  assert.deepEqual(push(QUIET + QUIET), [JSON.parse(chunk("é")), JSON.parse(chunk("é"))]);
  assert.deepEqual(shown, []);
});

const LOUD = {
  "an end": event(chunk("", { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })),
  usage: event(chunk("", { choices: [], usage: { prompt_tokens: 1 } })),
  "usage beside content": event(chunk("a", { usage: { prompt_tokens: 1 } })),
  "an error": event('{"error":{"message":"x"}}'),
  "an error beside content": event(chunk("a", { error: { message: "x" } })),
  "another choice": event(chunk("", { choices: [{ index: 1, delta: { content: "a" } }] })),
  "two choices": event(chunk("", { choices: [{ index: 0, delta: {} }, { index: 1, delta: {} }] })),
  "no choices": event(chunk("", { choices: null })),
  "choices of another kind": event(chunk("", { choices: ["a"] })),
  "the terminator": event("[DONE]"),
  "no JSON": event("{oops"),
  "a comment": ": alive\n\n",
  "a named event": `event: x\n${QUIET}`,
  "two lines of data": event(`{"choices":\ndata: []}`),
  "another line behind it": `data: ${chunk("a")}\nid: 1\n\n`,
  "a blank line": `\n${QUIET}`,
  "a byte order mark": `\ufeff${QUIET}`,
};

for (const [title, text] of Object.entries(LOUD)) {
  test(`${title} is the core's, with all that comes with it`, () => {
    const { push, shown } = skimming();
    assert.deepEqual(push(QUIET + text + QUIET), [JSON.parse(chunk("é"))]);
    assert.deepEqual(shown, [text + QUIET]);
    assert.deepEqual(push(QUIET), [JSON.parse(chunk("é"))], "the driver reads on");
  });
}

for (const cut of [QUIET.slice(0, -1), QUIET.slice(0, 9), QUIET.replaceAll("\n", "\r\n"), `data: ${chunk("a")}\r${QUIET}`, "\n"]) {
  test(`bytes that are no whole events are the core's: ${JSON.stringify(cut.slice(-24))}`, () => {
    const { push, shown } = skimming();
    assert.deepEqual(push(cut), []);
    assert.deepEqual(shown, [cut]);
  });
}
