/**
 * Corpora: in git a file a target, where a line is an input, so that a diff shows it and thousands of files are no burden; for
 * the fuzzer a folder with a file an input. A line is a JSON string whose characters are the bytes: the low eight bits of each,
 * for a control character that JSON has no short escape for stands 256 higher, where it takes two bytes instead of six.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../project.mjs";

export const packed = (target) => at("fuzz", "corpus", `${target}.jsonl`);

/** @returns {Buffer[]} */
export function committed(target) {
  if (!existsSync(packed(target))) return [];
  const lines = readFileSync(packed(target), "utf8").split("\n");
  return lines.filter(Boolean).map((line) => Buffer.from(JSON.parse(line), "latin1"));
}

function line(input) {
  const raised = input.toString("latin1").replace(/[\0-\x07\x0b\x0e-\x1f]/g, (char) => String.fromCharCode(256 + char.charCodeAt(0)));
  return `${JSON.stringify(raised)}\n`;
}

/** Puts inputs into a folder, each under a name of its own. */
export function unpack(inputs, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const input of inputs) writeFileSync(join(folder, createHash("sha256").update(input).digest("hex").slice(0, 20)), input);
}

/** @returns {Buffer[]} */
export const inputsIn = (folder) => readdirSync(folder).map((name) => readFileSync(join(folder, name)));

/** Writes the corpus of a target, the short inputs first. @returns {{ inputs: number, bytes: number }} */
export function pack(target, inputs) {
  const sorted = inputs.toSorted((one, other) => one.length - other.length || one.compare(other));
  const text = sorted.map(line).join("");
  mkdirSync(at("fuzz", "corpus"), { recursive: true });
  writeFileSync(packed(target), text);
  return { inputs: inputs.length, bytes: Buffer.byteLength(text) };
}
