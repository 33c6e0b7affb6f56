/** The memory store: what it promises to whoever writes to it, at moments of our own choosing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../js/stores/memory.js";

/** A store whose clock stands still until it is told to go on. */
function stopped(options) {
  const clock = { now: 1_000_000 };
  const store = memoryStore({ now: () => clock.now, ...options });
  let batches = 0;
  const write = (...ops) => store.apply(`batch-${(batches += 1)}`, ops.map((op) => ({ ttl: 60, ...op })));
  const read = async (key) => (await store.load([key]))[0];
  return { clock, store, write, read };
}

const add = (key, value, ttl = 60) => ({ key, kind: "add", value, ttl });
const max = (key, value, ttl = 60) => ({ key, kind: "max", value, ttl });
const put = (key, value, ttl = 60) => ({ key, kind: "put", value: Uint8Array.from(value), ttl });

test("it says which operations it carries out", () => {
  assert.deepEqual(memoryStore().capabilities, { ops: ["add", "max", "put"] });
});

test("values come in the order of the keys, and null for what is not there", async () => {
  const { store, write } = stopped();
  await write(max("b", 2), put("c", [1, 2]));
  assert.deepEqual(await store.load(["c", "a", "b", "c"]), [Uint8Array.of(1, 2), null, 2, Uint8Array.of(1, 2)]);
  assert.deepEqual(await store.load([]), []);
});

test("add sums up, max keeps the larger, put replaces", async () => {
  const { write, read } = stopped();
  await write(add("sum", 3), max("top", 5), put("bytes", [1]));
  await write(add("sum", -1), max("top", 4), put("bytes", [2, 3]));
  await write(add("sum", 0.5), max("top", 2 ** 53 - 1));
  assert.equal(await read("sum"), 2.5);
  assert.equal(await read("top"), 2 ** 53 - 1);
  assert.deepEqual(await read("bytes"), Uint8Array.of(2, 3));
});

test("operations of one batch see each other", async () => {
  const { write, read } = stopped();
  await write(add("n", 1), add("n", 1), max("n", 10), add("n", 1));
  assert.equal(await read("n"), 11);
});

test("a value of another kind is replaced, not mixed in", async () => {
  const { write, read } = stopped();
  await write(put("x", [9]));
  await write(add("x", 2));
  assert.equal(await read("x"), 2);
  await write(put("x", [7]));
  assert.deepEqual(await read("x"), Uint8Array.of(7));
});

test("a batch that comes again changes nothing", async () => {
  const { store, read } = stopped();
  await store.apply("one", [add("n", 1)]);
  await store.apply("one", [add("n", 1)]);
  await store.apply("two", [add("n", 1)]);
  assert.equal(await read("n"), 2);
});

test("of the batches only the last 256 are remembered", async () => {
  const { store, read } = stopped();
  for (let n = 0; n < 257; n += 1) await store.apply(`b${n}`, [add("n", 1)]);
  await store.apply("b1", [add("n", 1_000)]);
  assert.equal(await read("n"), 257);
  await store.apply("b0", [add("n", 1_000)]);
  assert.equal(await read("n"), 1_257);
});

test("a value is gone once its time is over, and an old number adds nothing", async () => {
  const { clock, write, read } = stopped();
  await write(add("n", 5, 10), max("top", 5, 10), put("bytes", [1], 0.5));
  clock.now += 499;
  assert.deepEqual(await read("bytes"), Uint8Array.of(1));
  clock.now += 1;
  assert.equal(await read("bytes"), null);
  clock.now += 9_499;
  assert.equal(await read("n"), 5);
  clock.now += 1;
  assert.equal(await read("n"), null);
  await write(add("n", 2), max("top", 1));
  assert.equal(await read("n"), 2);
  assert.equal(await read("top"), 1);
});

test("every write gives a key its time anew", async () => {
  const { clock, write, read } = stopped();
  await write(add("n", 1, 10));
  clock.now += 9_000;
  await write(add("n", 1, 10));
  clock.now += 9_000;
  assert.equal(await read("n"), 2);
});

test("a full store lets go of what expires first", async () => {
  const { write, read } = stopped({ maxKeys: 3 });
  await write(max("late", 1, 300), max("soon", 1, 10), max("later", 1, 400));
  await write(max("new", 1, 100));
  assert.deepEqual(await Promise.all(["late", "soon", "later", "new"].map(read)), [1, null, 1, 1]);
});

test("the number of keys stays within its bound, whatever is written", async () => {
  const { store, write } = stopped({ maxKeys: 16 });
  const keys = Array.from({ length: 500 }, (_, n) => `k${n}`);
  for (const [n, key] of keys.entries()) await write(max(key, n + 1, n + 1));
  const held = (await store.load(keys)).filter((value) => value !== null);
  assert.ok(held.length >= 14 && held.length <= 16, `${held.length} keys`);
  assert.ok(held.includes(500), "the newest key, which expires last, is gone");
});

test("what has expired makes room before anything that is alive", async () => {
  const { clock, store, write } = stopped({ maxKeys: 2 });
  await write(max("dead", 1, 1), max("alive", 2, 100));
  clock.now += 1_000;
  await write(max("new", 3, 50));
  assert.deepEqual(await store.load(["dead", "alive", "new"]), [null, 2, 3]);
});

test("bytes are copied on the way in and on the way out", async () => {
  const { store, read } = stopped();
  const given = Uint8Array.of(1);
  await store.apply("one", [{ key: "x", kind: "put", value: given, ttl: 60 }]);
  given[0] = 2;
  (await read("x"))[0] = 3;
  assert.deepEqual(await read("x"), Uint8Array.of(1));
});

test("a batch with a mistake is refused as a whole, and may come again mended", async () => {
  const { store, read } = stopped();
  const mistakes = [
    { key: "n", kind: "set", value: 1, ttl: 60 },
    { key: "n", kind: "add", value: Number.NaN, ttl: 60 },
    { key: "n", kind: "max", value: "1", ttl: 60 },
    { key: "n", kind: "put", value: 1, ttl: 60 },
    { key: "n", kind: "add", value: 1, ttl: 0 },
    { key: "n", kind: "add", value: 1 },
    { key: 1, kind: "add", value: 1, ttl: 60 },
  ];
  for (const mistake of mistakes) {
    await assert.rejects(store.apply("one", [add("n", 1), mistake]), TypeError, JSON.stringify(mistake));
  }
  assert.equal(await read("n"), null);
  await store.apply("one", [add("n", 1)]);
  assert.equal(await read("n"), 1);
});

test("a bound that is none is refused at once", () => {
  for (const maxKeys of [0, -1, 1.5, Number.NaN, "3"]) assert.throws(() => memoryStore({ maxKeys }), RangeError, String(maxKeys));
});

test("two stores share nothing", async () => {
  const one = stopped();
  const other = stopped();
  await one.write(max("x", 1));
  assert.equal(await other.read("x"), null);
});
