/** The response cache in memory: what it promises to a router, at moments of our own choosing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryCache } from "../../js/caches/memory.js";

function stopped(options) {
  const clock = { ms: 0 };
  return { clock, cache: memoryCache({ now: () => clock.ms, ...options }) };
}

test("what is set is there until its time is over", () => {
  const { clock, cache } = stopped();
  assert.equal(cache.get("a"), null);
  cache.set("a", "1", 1.5);
  clock.ms = 1_499;
  assert.equal(cache.get("a"), "1");
  cache.set("a", "2", 1);
  clock.ms = 2_498;
  assert.equal(cache.get("a"), "2");
  clock.ms = 2_499;
  assert.equal(cache.get("a"), null);
  for (const ttl of [0, -1, NaN]) {
    cache.set("a", "3", ttl);
    assert.equal(cache.get("a"), null);
  }
});

test("beyond its bound in number those go that were not used for the longest time", () => {
  const { cache } = stopped({ maxItems: 2 });
  cache.set("a", "1", 9);
  cache.set("b", "2", 9);
  cache.get("a");
  cache.set("c", "3", 9);
  assert.deepEqual(["a", "b", "c"].map((key) => cache.get(key)), ["1", null, "3"]);
});

test("beyond its bound in bytes as well, and what is too long alone displaces nobody", () => {
  const { cache } = stopped({ maxBytes: 40 });
  cache.set("a", "1".repeat(9), 9);
  cache.set("b", "2".repeat(9), 9);
  cache.set("c", "3".repeat(20), 9);
  assert.deepEqual(["a", "b", "c"].map((key) => cache.get(key)?.length ?? 0), [9, 9, 0]);
  cache.set("b", "4", 9);
  cache.set("d", "5".repeat(7), 9);
  assert.deepEqual(["a", "b", "d"].map((key) => cache.get(key)?.length ?? 0), [9, 1, 7]);
  cache.set("e", "6", 9);
  assert.deepEqual(["a", "b", "d", "e"].map((key) => cache.get(key)?.length ?? 0), [0, 1, 7, 1]);
});

test("a bound that is none is refused", () => {
  for (const options of [{ maxItems: 0 }, { maxItems: 1.5 }, { maxBytes: -1 }, { maxBytes: NaN }]) {
    assert.throws(() => memoryCache(options), RangeError);
  }
});
