/** What a model costs: LiteLLM's names as the letters of our table, each with its condition. */

import { BESIDE, BY_SECOND, MULTIPLIERS, RATES, TIERS } from "./codes.mjs";
import { decimalOf, pico } from "./decimal.mjs";
import { hours } from "./hours.mjs";

/** Providers whose higher price begins at a threshold, and not above it. */
const INCLUSIVE = new Set(["xai"]);

/** Members of an entry that are about money. */
const isPrice = (name) => name.includes("cost") || name.endsWith("_pricing");

const ORDER = [...new Set(Object.values(RATES))].join("");

/**
 * The prices of an entry, as the last field of a line. What is noted in `notes` is for the report: `read`, `beside` and
 * `foreign` names of prices, `rounded` amounts.
 *
 * @param {Record<string, any>} given
 * @param {import("./notes.mjs").Notes} notes
 * @returns {string} empty for a model whose price is not known, or cannot be told in our terms
 */
export function ratesOf(given, notes) {
  const entry = given.mode === "audio_transcription" ? heardOnce(given) : given;
  const groups = new Groups(notes);
  const foreign = Object.keys(entry).filter((name) => isPrice(name) && !read(entry, name, groups));
  const isBeside = (name) => BESIDE.some(([pattern, , modes]) => pattern.test(name) && (modes?.includes(entry.mode) ?? true));
  const strange = foreign.filter((name) => !isBeside(name));
  for (const name of foreign) notes.count(strange.includes(name) ? "foreign" : "beside", name);
  if (strange.length > 0) {
    notes.unpriced(strange);
    return "";
  }
  return groups.text() + (groups.isEmpty ? "" : multipliers(entry, notes));
}

/** A second that was heard is paid once, whether it is called one of the input or one of the output. */
function heardOnce({ output_cost_per_second, ...entry }) {
  return Number(output_cost_per_second) > 0 ? { ...entry, input_cost_per_second: output_cost_per_second } : entry;
}

/** Reads one member. Says whether it could be read. */
function read(entry, name, groups) {
  const value = entry[name];
  if (name === "search_context_cost_per_query") return searches(value, groups);
  if (name === "tiered_pricing") return steps(value, groups);
  if (name === "off_peak_pricing") return offPeak(value, groups);
  if (typeof value !== "string") return false;
  const found = conditionOf(name, INCLUSIVE.has(entry.litellm_provider));
  if (!found || (BY_SECOND.letters.includes(found.letter) && !BY_SECOND.modes.includes(entry.mode))) return false;
  return groups.set(found, name, value);
}

/** "input_cost_per_token_above_200k_tokens_priority" as a letter and the marks of its condition. */
function conditionOf(name, isInclusive) {
  const ending = Object.keys(TIERS).find((tier) => name.endsWith(tier)) ?? "";
  const [, base, thousands] = /^(.*?)(?:_above_(\d+)k_tokens)?$/.exec(name.slice(0, name.length - ending.length)) ?? [];
  const letter = RATES[base];
  return letter && { letter, base, marks: (TIERS[ending] ?? "") + above(thousands, isInclusive) };
}

const above = (thousands, isInclusive) => (thousands === undefined ? "" : `>${isInclusive ? "=" : ""}${Number(thousands)}`);

/** A search costs by the size of what it brings into the prompt. */
function searches(value, groups) {
  return Object.entries(value).every(([size, text]) => size in RATES && groups.set({ letter: RATES[size], base: size, marks: "" }, size, text));
}

/**
 * Steps by the size of the prompt, of which one counts for the whole call. A step that does not tell a rate has the rate
 * of its own input, or for reasoning of its own output, whatever the first step tells.
 */
function steps(list, groups) {
  const known = new Set(list.flatMap(Object.keys).filter((name) => name !== "range"));
  return list.every((step) => {
    const [start] = (step.range ?? []).map(Number);
    if (!(Number.isInteger(start) && start % 1000 === 0) || step.input_cost_per_token === undefined) return false;
    return [...known].every((name) => {
      const text = step[name] ?? (name.startsWith("output") ? step.output_cost_per_token : step.input_cost_per_token);
      const marks = start === 0 ? "" : above(start / 1000);
      return name in RATES && groups.set({ letter: RATES[name], base: name, marks }, name, text);
    });
  });
}

/** Another price at certain hours. */
function offPeak(value, groups) {
  const marks = hours(value);
  const names = Object.keys(value).filter((name) => name in RATES);
  const isKnown = Object.keys(value).every((name) => name in RATES || ["windows", "hours_utc", "weekday_timezone"].includes(name));
  return marks !== undefined && isKnown && names.every((name) => groups.set({ letter: RATES[name], base: name, marks }, name, value[name]));
}

function multipliers(entry, notes) {
  const given = { ...entry, ...entry.provider_specific_entry };
  return Object.entries(MULTIPLIERS)
    .filter(([name]) => typeof given[name] === "string" && Number(given[name]) !== 1)
    .map(([name, letter]) => {
      notes.count("read", name);
      // A multiplier has six digits behind the point, as an amount of money per million has.
      return `*${letter}${decimalOf(/** @type {{ pico: bigint }} */ (pico(given[name])).pico / 1_000_000n)}`;
    })
    .join("");
}

/** The rates of one model, by condition. */
class Groups {
  /** @type {Map<string, Map<string, { base: string, text: string }>>} */
  #groups = new Map();
  #notes;

  constructor(notes) {
    this.#notes = notes;
  }

  get isEmpty() {
    return this.#groups.size === 0;
  }

  /** Says whether it could be read. Of two names for one rate the first of `RATES` counts. */
  set({ letter, base, marks }, name, text) {
    const amount = pico(text);
    if (amount === undefined) return false;
    this.#notes.count("read", name);
    if (!amount.exact) this.#notes.rounded(name, text);
    const group = this.#groups.get(marks) ?? new Map();
    const known = group.get(letter);
    const names = Object.keys(RATES);
    if (!known || names.indexOf(base) < names.indexOf(known.base)) group.set(letter, { base, text: decimalOf(amount.pico) });
    this.#groups.set(marks, group);
    return true;
  }

  text() {
    const marks = [...this.#groups.keys()].sort(byMark);
    return marks.map((mark) => mark + ratesIn(/** @type {any} */ (this.#groups.get(mark)))).join("");
  }
}

const ratesIn = (group) => [...ORDER].filter((letter) => group.has(letter)).map((letter) => letter + group.get(letter).text).join("");

/** By tier, then by threshold; the unconditional ones first. */
function byMark(a, b) {
  const parts = (marks) => [marks.replace(/[>=\d].*/, ""), Number(/>=?(\d+)/.exec(marks)?.[1] ?? 0)];
  const [[tierA, aboveA], [tierB, aboveB]] = [parts(a), parts(b)];
  return tierA === tierB ? Number(aboveA) - Number(aboveB) : tierA < tierB ? -1 : 1;
}
