// Parsing chunks that differ in a word alone: most of a streamed answer is one envelope around ever new words.

/** After so many texts in turn that did not fit, none is compared any more. */
const MOST_MISSES = 16;

/** What an event of one chunk is, beside the chunk. */
export const EVENT_NAME = "data: ";
const EVENT_END = "\n\n";

/** What stands for the words when a stencil is tried: no word that is plain. */
const PROBES = ["\u0001", "\u0002"];
const escaped = (text) => JSON.stringify(text).slice(1, -1);

/** A word that means itself between two quotes. */
const isPlain = (word) => typeof word === "string" && !/["\\\0-\x1f]/.test(word);

/** Nothing but names and values, so that a copy shares nothing; `but` is written anew. */
function isFlat(object, but) {
  return Object.keys(object).every((name) => name === but || typeof object[name] !== "object" || object[name] === null);
}

export class Stencil {
  /** What stands before, between and behind the words. @type {string[]} */
  #parts = [];
  /** The same of a whole event: with its name, and the line that ends it. @type {string[]} */
  #eventParts = [];
  /** What every chunk is a copy of. @type {any} */
  #chunk;
  #misses = 0;

  /**
   * The chunk that a text is, as `JSON.parse` gives it, if only its words differ from those of the pattern.
   * @param {string} text
   * @returns {any} `undefined` if it is like no pattern
   */
  read(text) {
    return this.#read(text, this.#parts);
  }

  /**
   * The chunk of a text that is one event and nothing else.
   * @param {string} text
   * @returns {any} `undefined` if it is like no pattern
   */
  readEvent(text) {
    return this.#read(text, this.#eventParts);
  }

  /** @param {string} text @param {string[]} parts */
  #read(text, parts) {
    const chunk = this.#chunk;
    if (chunk === undefined) return undefined;
    const [before, between, behind] = parts;
    // Slices compare faster than `startsWith` does.
    let at = before.length;
    if (text.slice(0, at) !== before) return undefined;
    let end = text.indexOf('"', at);
    const content = text.slice(at, end);
    if (end < 0 || !isPlain(content)) return undefined;
    let padding;
    if (behind === undefined) {
      if (text.slice(end) !== between) return undefined;
    } else {
      at = end + between.length;
      if (text.slice(end, at) !== between) return undefined;
      end = text.indexOf('"', at);
      padding = text.slice(at, end);
      if (end < 0 || !isPlain(padding) || text.slice(end) !== behind) return undefined;
    }
    const choice = chunk.choices[0];
    this.#misses = 0;
    const read = { ...chunk, choices: [{ ...choice, delta: { ...choice.delta, content } }] };
    // OpenAI pads each chunk, so that their lengths tell nothing.
    if (padding !== undefined) read.obfuscation = padding;
    return read;
  }

  /**
   * Takes a chunk as the pattern of those to come, if it can be one.
   * @param {string} text
   * @param {any} chunk what it is as `JSON.parse` gives it: with one choice
   */
  learn(text, chunk) {
    this.#chunk = undefined;
    if (this.#misses === MOST_MISSES) return;
    this.#misses += 1;
    const words = [chunk.choices[0].delta?.content];
    if (chunk.obfuscation !== undefined) words.push(chunk.obfuscation);
    const parts = cut(text, words);
    if (parts === undefined) return;
    // What was cut out may be another member, or a part of a longer text: then the probe is found elsewhere, or nowhere.
    const probe = parsed(parts.reduce((all, part, index) => all + escaped(PROBES[index - 1]) + part));
    const choice = probe?.choices?.[0];
    if (choice?.delta?.content !== PROBES[0] || (words.length > 1 && probe.obfuscation !== PROBES[1])) return;
    if (!isFlat(probe, "choices") || !isFlat(choice, "delta") || !isFlat(choice.delta)) return;
    this.#parts = parts;
    this.#eventParts = [EVENT_NAME + parts[0], ...parts.slice(1, -1), parts.at(-1) + EVENT_END];
    this.#chunk = probe;
  }
}

/** What is left of a text without some words, each the last of its like; `undefined` if they are not plain or not in order. */
function cut(text, words) {
  const parts = [];
  let from = 0;
  for (const word of words) {
    if (!isPlain(word)) return undefined;
    const at = text.lastIndexOf(`"${word}"`) + 1;
    if (at <= from) return undefined;
    parts.push(text.slice(from, at));
    from = at + word.length;
  }
  parts.push(text.slice(from));
  return parts;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
