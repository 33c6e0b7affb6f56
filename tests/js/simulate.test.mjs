// The rules that `npm run simulate -- --break` breaks are where its table says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { textOf } from "../../scripts/project.mjs";
import { BREAKS, brokenText } from "../../scripts/simulate/breaks.mjs";

for (const [name, { file, what }] of Object.entries(BREAKS)) {
  test(`the rule \`${name}\` is there to be broken: ${what}`, () => {
    assert.notEqual(brokenText(name), textOf(file));
  });
}
