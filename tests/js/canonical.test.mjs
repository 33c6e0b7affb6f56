/** What answers are kept under: requests as texts, over thousands of requests that differ in one place. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyText, canonical, objectText } from "../../js/cache/canonical.js";
import { random as seeded } from "../../js/testkit/random.js";

const RUNS = 4_000;

/** Everything that has a meaning in JSON, and what looks like it. */
const TEXTS = ["", "a", "b", "model", "1", "null", '"', "\\", '\\"', ",", ":", "[]", "{}", "a\",\"b", "\n", "\u2028", "É", "E\u0301", "\ud800", "__proto__"];
const NUMBERS = [0, 1, -1, 0.1, 1e21, 1e-7, 123456789012345, -0.5];

function maker(seed) {
  const random = seeded(seed);
  const below = (bound) => Math.floor(random() * bound);
  const of = (list) => list[below(list.length)];
  const value = (depth) => {
    const kind = below(depth > 0 ? 7 : 5);
    if (kind < 2) return of(TEXTS);
    if (kind === 2) return of(NUMBERS);
    if (kind === 3) return of([true, false, null]);
    if (kind === 4) return of([[], {}]);
    if (kind === 5) return Array.from({ length: below(4) }, () => value(depth - 1));
    return object(depth - 1);
  };
  const object = (depth) => {
    const made = {};
    // Assigning to `__proto__` would set the prototype; parsed JSON has it as a member.
    for (let n = below(4); n > 0; n -= 1) Object.defineProperty(made, of(TEXTS), { value: value(depth), enumerable: true, configurable: true, writable: true });
    return made;
  };
  return { below, of, value, object };
}

/** Equal as JSON is: the order of members does not matter, and that of items does. */
function isSame(one, other) {
  try {
    assert.deepStrictEqual(one, other);
    return true;
  } catch {
    return false;
  }
}

/** The same value, with the members of its objects in another order, and blanks in between. */
function written(value, { below }) {
  const blank = () => [" ", "", "\n\t"][below(3)];
  const write = (part) => {
    if (typeof part !== "object" || part === null) return JSON.stringify(part);
    if (Array.isArray(part)) return `[${blank()}${part.map(write).join(`${blank()},${blank()}`)}${blank()}]`;
    const names = Object.keys(part);
    for (let at = names.length - 1; at > 0; at -= 1) {
      const to = below(at + 1);
      [names[at], names[to]] = [names[to], names[at]];
    }
    return `{${blank()}${names.map((name) => `${JSON.stringify(name)}${blank()}:${blank()}${write(part[name])}`).join(",")}${blank()}}`;
  };
  return write(value);
}

test("two requests have one text if they are the same JSON, and only then", () => {
  const make = maker(1);
  const known = new Map();
  let same = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const value = make.below(2) === 0 ? make.value(2) : [make.value(3), make.value(3)];
    const text = canonical(value);
    assert.ok(isSame(JSON.parse(text), JSON.parse(JSON.stringify(value))), "nothing is lost");
    if (known.has(text)) {
      assert.ok(isSame(known.get(text), value), text);
      same += 1;
    }
    known.set(text, value);
    assert.equal(canonical(JSON.parse(written(value, make))), text);
  }
  assert.ok(same > 100 && known.size > 1_000, `${same} were equal, ${known.size} were not`);
});

test("a body over fetch has the text of the object that it is, whatever its blanks and its order", () => {
  const make = maker(2);
  const keys = new Set(["timeout", "cache"]);
  for (let run = 0; run < RUNS; run += 1) {
    const request = make.object(3);
    const body = written({ ...request, timeout: 3, model: "m", stream: false }, make);
    const { model: _, ...rest } = JSON.parse(JSON.stringify(request));
    assert.deepEqual(bodyText(body, keys, true), { form: "json", content: canonical(rest) }, body);
    assert.deepEqual(bodyText(new TextEncoder().encode(body), keys, true), objectText(request, true));
  }
});

test("a body that a JavaScript object does not hold whole is taken as it is", () => {
  const raw = ['{"a":1,"a":1}', '{"a":{"b":1,"b":1}}', '[{"":1,"":1}]', '{"a":1234567890123456}', '{"a":[1e100]}', '{"a":1E-999}', '{"a":0.123456789012345}'];
  for (const body of raw) assert.deepEqual(bodyText(body, new Set(), true), { form: "raw", content: body }, body);
  const whole = ['{"a":"1234567890123456"}', '{"a\\":1,\\"a":1}', '{"a":"\\\\","b":123456789012345}', '{"a":":::"}', '{"a":1e99}', '{"a":"1e999"}'];
  for (const body of whole) assert.equal(bodyText(body, new Set(), true).form, "json", body);
  const cut = Uint8Array.from([...new TextEncoder().encode('{"a":"'), 0xc3, ...new TextEncoder().encode('"}')]);
  assert.deepEqual(bodyText(cut, new Set(), true), { form: "raw", content: cut });
});

test("what is no JSON, or nested without end, has no text", () => {
  for (const body of ["{", "", '{"a":"', '{"a":"\\"}', "nul"]) assert.throws(() => bodyText(body, new Set(), true), SyntaxError, body);
  const deep = `${"[".repeat(1_000)}${"]".repeat(1_000)}`;
  assert.throws(() => bodyText(deep, new Set(), true), RangeError);
  assert.throws(() => objectText(JSON.parse(`{"a":${deep}}`), true), RangeError);
});

test("whether an answer is a stream is told beside a chat request, and is a member of any other", () => {
  for (const stream of [true, false, null]) assert.equal(objectText({ a: 1, stream }, true).content, '{"a":1}');
  assert.equal(objectText({ a: 1, stream: "true" }, true).content, '{"a":1,"stream":"true"}');
  assert.equal(objectText({ a: 1, stream: true }, false).content, '{"a":1,"stream":true}');
});
