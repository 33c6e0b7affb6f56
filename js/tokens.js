// How many tokens a request may use, and what it needs of a model: looked at only where the config asks for it.
//
// The weights are fitted to what OpenAI's `o200k_base` makes of real texts; docs/ESTIMATE.md has the errors.

import { inTime } from "./ask.js";

/** What one of each costs, in hundredths of a token: a word, each of its letters beyond the sixth, three digits, … */
const WORD = 66;
const LONG = 45;
const DIGITS = 90;
const MARKS = 105;
const LINES = 100;
const ACCENT = 140;
const CYRILLIC = 28;
const LETTER = 38;
const INDIC = 37;
const IDEOGRAPH = 80;

/** So many letters of a word are in its price. */
const SHORT = 6;

/** So many letters and digits in a row are data: a picture, a recording, a file. */
const DATA = 256;

/** The kinds of ASCII characters. */
const [BLANK, LOWER, UPPER, DIGIT, LINE, MARK, JOINT] = [0, 1, 2, 3, 4, 5, 6];
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[a-z]/.test(char)) return LOWER;
  if (/[A-Z]/.test(char)) return UPPER;
  if (/[0-9]/.test(char)) return DIGIT;
  if (char === "\n") return LINE;
  // Data has them, too.
  if (/[-+/=_]/.test(char)) return JOINT;
  return code > 32 ? MARK : BLANK;
});

/** What a picture, a recording or a file costs, in tokens: they are not read. */
const PART = 800;

/** What a message costs beside what it says, in tokens. */
const MESSAGE = 2;

const ESCAPE = 92;
const QUOTE = 34;

/** What a letter beyond ASCII costs. */
function costOf(code) {
  if (code < 0x250 || (code >= 0x1e00 && code < 0x1f00)) return ACCENT;
  if (code < 0x800) return code >= 0x400 && code < 0x530 ? CYRILLIC : LETTER;
  if (code < 0x1e00) return INDIC;
  return code < 0x2e80 ? MARKS : IDEOGRAPH;
}

/**
 * The tokens of the texts in a JSON text, as nobody has counted them. Its names count as texts, its marks do not.
 * @param {string} text
 * @returns {number}
 */
export function estimate(text) {
  const { length } = text;
  let total = 0;
  /** Of the letters and digits in a row, and how many they are. */
  let part = 0;
  let run = 0;
  let letters = 0;
  let last = BLANK;
  let isInside = false;
  for (let at = 0; at < length; at += 1) {
    let code = text.charCodeAt(at);
    if (code === QUOTE) {
      isInside = !isInside;
      if (run < DATA) total += part;
      part = run = 0;
      last = BLANK;
      continue;
    }
    if (!isInside) continue;
    if (code === ESCAPE) {
      at += 1;
      code = text.charCodeAt(at);
      if (code === 117) {
        code = Number.parseInt(text.slice(at + 1, at + 5), 16);
        at += 4;
      } else if (code !== ESCAPE && code !== QUOTE && code !== 47) code = 10;
    }
    if (code > 127) {
      const cost = costOf(code);
      total += cost + (run < DATA ? part : 0);
      part = run = 0;
      // A word goes on behind an accent.
      last = cost === ACCENT ? LOWER : BLANK;
      continue;
    }
    const kind = KINDS[code];
    if (kind === LOWER || kind === UPPER) {
      if ((last !== LOWER && last !== UPPER) || (kind === UPPER && last === LOWER)) {
        letters = 1;
        part += WORD;
      } else if ((letters += 1) > SHORT) part += LONG;
      run += 1;
    } else if (kind === DIGIT) {
      letters = last === DIGIT ? letters + 1 : 0;
      if (letters % 3 === 0) part += DIGITS;
      run += 1;
    } else {
      const isMark = kind >= MARK;
      if (isMark && last < MARK) part += MARKS;
      if (kind === LINE && last !== LINE) part += LINES;
      if (kind === JOINT) run += 1;
      else {
        if (run < DATA) total += part;
        part = run = 0;
      }
    }
    last = kind;
  }
  return Math.ceil(total / 100);
}

/**
 * What a request needs a model to be able to do, as the letters of a price table, and what it holds that is no text.
 * @param {Record<string, any>} body
 */
export function needs(body) {
  const { tools, functions, tool_choice, response_format, reasoning_effort, reasoning, thinking, modalities } = body;
  const found = new Set();
  if (isList(tools) || isList(functions)) found.add("f");
  if (tool_choice === "required" || isObject(tool_choice)) found.add("t");
  if (response_format?.type === "json_schema") found.add("s");
  if ((reasoning_effort ?? "none") !== "none" || isObject(reasoning) || thinking?.type === "enabled") found.add("r");
  if (isObject(body.web_search_options)) found.add("w");
  if (isObject(body.audio) || (isList(modalities) && modalities.includes("audio"))) found.add("b");
  let parts = 0;
  for (const { content } of messagesOf(body)) {
    if (!isList(content)) continue;
    for (const part of content) {
      const letter = PARTS[part?.type];
      if (letter) found.add(letter);
      if (letter) parts += 1;
    }
  }
  return { letters: [...found].join(""), parts };
}

/** @type {Record<string, string | undefined>} */
const PARTS = Object.assign(Object.create(null), {
  image_url: "v", image: "v", file: "d", document: "d", input_audio: "a", video_url: "m",
});

const isObject = (value) => typeof value === "object" && value !== null;
const isList = (value) => Array.isArray(value) && value.length > 0;
/** @param {any} body */
const messagesOf = ({ messages }) => (isList(messages) ? messages.filter(isObject) : []);

/**
 * Tells the core the size of the request that is begun next, and what it needs.
 * @param {import("./hub.js").Hub} hub
 * @param {Record<string, any> | undefined} body the request, if it was read
 * @param {() => string} text of the whole request, as JSON
 * @param {number | undefined} counted by the host
 */
export function tellSize({ core }, body, text, counted) {
  const { letters, parts } = body ? needs(body) : { letters: "", parts: 0 };
  const about = () => estimate(text()) + parts * PART + (body ? messagesOf(body).length * MESSAGE : 0);
  core.coreSize(counted ?? about(), counted !== undefined, body ? allowance(body) : -1, letters);
}

/**
 * What the host counts in a request; `undefined` if it has no counter, or does not count in time.
 * @param {import("./hub.js").Hub} hub
 * @param {unknown} request
 * @returns {Promise<number | undefined>}
 */
export async function counted(hub, request) {
  const { value } = await inTime(hub, () => hub.tokenCounter(request));
  return typeof value === "number" && value >= 0 ? value : undefined;
}

/** A request as it is sent. One that is no JSON is refused later. */
export function textOf(body) {
  try {
    return JSON.stringify(body) ?? "";
  } catch {
    return "";
  }
}

/**
 * The bound that a request sets for its answer; -1 if it sets none.
 * @param {Record<string, any>} body
 */
function allowance({ max_completion_tokens, max_tokens }) {
  const asked = max_completion_tokens ?? max_tokens;
  return typeof asked === "number" ? asked : -1;
}
