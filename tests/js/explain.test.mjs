/** Decisions in words: the page of ten of them, made anew. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "../../scripts/explain.mjs";
import { textOf } from "../../scripts/project.mjs";
import { importPacked } from "./pack.mjs";

test("the ten decisions of EXPLAIN.md are what routers decide and say", async () => {
  const told = await page(await importPacked(), await importPacked("switchman/testkit"));
  assert.equal(told, textOf("docs", "EXPLAIN.md"), "node scripts/explain.mjs --write");
  assert.equal(told.match(/^## \d+\. /gm)?.length, 10);
});

test("every reason has its words", () => {
  const [, union] = /export type ReasonCode =([^;]+);/.exec(textOf("js", "types", "insight.d.ts"));
  const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
  const words = textOf("js", "words.js");
  assert.ok(codes.length > 15, `${codes}`);
  assert.deepEqual(codes.filter((code) => !words.includes(`  ${code}: "`)), []);
});
