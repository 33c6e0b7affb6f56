/** The tables: LiteLLM's entries as lines, sorted by key. */

import { CAPABILITIES, MODES } from "./codes.mjs";
import { whole } from "./decimal.mjs";
import { keyOf } from "./keys.mjs";
import { Notes } from "./notes.mjs";
import { ratesOf } from "./rates.mjs";

/**
 * @param {Record<string, Record<string, any>>} entries LiteLLM's, with numbers as texts
 * @returns {{ lines: Map<string, string>, notes: Notes }} by key, sorted, what stands behind the key
 */
export function tableOf(entries) {
  const notes = new Notes();
  /** @type {Map<string, { name: string, line: string }>} */
  const found = new Map();
  for (const [name, entry] of Object.entries(entries)) {
    const key = keyOf(name, entry.litellm_provider);
    if (key === undefined) continue;
    if (!/^[\x21-\x7e]+$/.test(key)) throw new Error(`${name}: a key with a blank`);
    notes.key = key;
    const line = lineOf(entry, notes);
    const known = found.get(key);
    if (known && known.line !== line) notes.twice.push({ key, names: [known.name, name] });
    // The name with its provider in front is the one that LiteLLM looks up first.
    if (line === "") notes.silent.push(key);
    else if (!known || !known.name.includes("/")) found.set(key, { name, line });
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return { lines: new Map(sorted.map(([key, { line }]) => [key, line])), notes };
}

/** The fields behind the key: window, mode and capabilities, prices. Empty ones at the end are left out. */
function lineOf(entry, notes) {
  const mode = MODES[entry.mode] ?? "";
  const can = Object.entries(CAPABILITIES).filter(([name]) => entry[`supports_${name}`] === true);
  return `${windowOf(entry)} ${mode}${can.map(([, letter]) => letter).join("")} ${ratesOf(entry, notes)}`.trimEnd();
}

/** The most tokens in and out, as in `128k/16384`. */
function windowOf({ max_input_tokens, max_output_tokens }) {
  const [input, output] = [max_input_tokens, max_output_tokens].map((text) => tokens(whole(text)));
  return output ? `${input}/${output}` : input;
}

function tokens(count) {
  if (!count) return "";
  if (count % 1000 === 0) return `${count / 1000}k`;
  return count % 1024 === 0 ? `${count / 1024}K` : String(count);
}

/**
 * The text of a table. The mark in front of the first line sorts before every key.
 * @param {Map<string, string>} lines
 * @param {string} source
 */
export function textOfTable(lines, source) {
  return [`#1 ${source}`, ...[...lines].map(([key, line]) => `${key} ${line}`), ""].join("\n");
}
