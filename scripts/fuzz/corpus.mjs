/**
 * Corpora: in git a file a target, each line an input as a JSON string whose characters are its bytes, which is what a diff can
 * show; for the fuzzer a folder with a file an input.
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

/** Puts inputs into a folder, each under a name of its own. */
export function unpack(inputs, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const input of inputs) writeFileSync(join(folder, createHash("sha256").update(input).digest("hex").slice(0, 20)), input);
}

/** Writes the corpus of a target, the short inputs first. @returns {{ inputs: number, bytes: number }} */
export function pack(target, folder) {
  const inputs = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  inputs.sort((one, other) => one.length - other.length || one.compare(other));
  const text = inputs.map((input) => `${JSON.stringify(input.toString("latin1"))}\n`).join("");
  mkdirSync(at("fuzz", "corpus"), { recursive: true });
  writeFileSync(packed(target), text);
  return { inputs: inputs.length, bytes: Buffer.byteLength(text) };
}
