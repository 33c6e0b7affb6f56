/** The estimate of a request's tokens, beside what tokenizers make of real texts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { estimate } from "../../js/tokens.js";
import { documentWith, figures, measured } from "../../scripts/estimate.mjs";

const of = (content) => estimate(JSON.stringify({ content })) - estimate('{"content":""}');

test("the estimate is within a quarter on every text, and within a tenth on the average", async () => {
  const rows = await measured();
  for (const { name, error } of rows) assert.ok(Math.abs(error) <= 0.25, `${name}: ${error}`);
  const mean = rows.reduce((sum, { error }) => sum + Math.abs(error), 0) / rows.length;
  assert.ok(mean <= 0.1, `${mean}`);
  const { document, made } = documentWith(figures(rows));
  assert.equal(document, made, "npm run estimate writes docs/ESTIMATE.md");
});

test("data is not read, and words around it are", () => {
  const picture = `data:image/png;base64,${"iVBORw0KGgo/+".repeat(10_000)}`;
  assert.ok(of(picture) < 20, `${of(picture)}`);
  assert.ok(Math.abs(of(`What is on this picture? ${picture}`) - of("What is on this picture? ") - of(picture)) <= 2);
  // Code without blanks has marks, and is read.
  assert.ok(of("a.b(c);".repeat(1_000)) > 3_000);
});

test("what is escaped counts as what it stands for", () => {
  const letters = "你好";
  assert.equal(estimate('{"content":"\\u4f60\\u597d"}'), estimate(JSON.stringify({ content: letters })));
  assert.equal(of('say "no"\n\n\tto'), of("say 'no'\n\n to") + 0);
});

test("no text is too odd", () => {
  for (const text of ["", "{", '"', "\\", '{"a":"\\', '{"a":"\\u12', "\ud800", '["\ud83d\ude00"]', "7", "null"]) {
    const told = estimate(text);
    assert.ok(Number.isInteger(told) && told >= 0, text);
  }
});
