/** Looks for a secret in whatever a program could show of a value. Runs on every runtime. */

import assert from "node:assert/strict";
import { inspect } from "node:util";

/** A part of a secret is one too: a text that was cut off in the middle of it. */
const LEAST_LENGTH = 12;

/** Every text that a value can be turned into. */
function texts(value) {
  const found = [String(value), inspect(value, { showHidden: true, depth: null, maxStringLength: null, maxArrayLength: null })];
  try {
    found.push(JSON.stringify(value) ?? "");
  } catch {
    // What cannot be turned into JSON leaks nothing that way.
  }
  if (value instanceof Error)
    found.push(value.message, value.stack ?? "", inspect(value.cause, { showHidden: true, depth: null }));
  if (value instanceof Response || value instanceof Request) found.push(JSON.stringify([...value.headers]), value.url);
  return found;
}

/**
 * Fails if a secret can be read out of a value.
 * @param {string} what the value, in words
 * @param {unknown} value
 * @param {string[]} secrets
 */
export function assertSilent(what, value, secrets) {
  for (const text of texts(value)) {
    for (const secret of secrets) {
      const at = text.indexOf(secret.slice(0, LEAST_LENGTH));
      assert.equal(at, -1, `${what} tells the secret: … ${text.slice(Math.max(0, at - 300), at + 100)} …`);
    }
  }
}

/** Everything that is logged while `run` runs, as one text. */
export async function logged(run) {
  const kept = { ...console };
  const lines = [];
  for (const name of ["log", "info", "warn", "error", "debug", "trace", "dir"]) {
    console[name] = (...values) => lines.push(values.map((value) => texts(value).join(" ")).join(" "));
  }
  try {
    await run();
  } finally {
    Object.assign(console, kept);
  }
  return lines.join("\n");
}
