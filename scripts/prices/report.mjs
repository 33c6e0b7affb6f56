/** What is told of the tables: on the terminal, and in `docs/PRICES.md`. */

import { gzipSync } from "node:zlib";
import { BESIDE } from "./codes.mjs";
import { SOURCES } from "./fetch.mjs";

/**
 * Sorts the differences of a comparison by what is known of them.
 * @param {import("./compare.mjs").Comparison} result
 * @param {{ source: string, keys: string, rates?: string, class: string, right: string, reason: string }[]} known
 */
export function explained(result, known) {
  const entryOf = ({ source, key, rate }) =>
    known.find((entry) => entry.source === source && new RegExp(entry.keys).test(key) && (entry.rates ?? rate).includes(rate));
  const differences = result.differences.map((difference) => ({ ...difference, known: entryOf(difference) }));
  return { ...result, differences, unexplained: differences.filter(({ known: entry }) => !entry) };
}

const gzipped = (text) => gzipSync(text, { level: 9 }).length;
const count = (number) => number.toLocaleString("en");
const models = (differences) => new Set(differences.map(({ key }) => key)).size;

/** Everything, for whoever makes the tables. */
export function printed({ tables, lines, first, notes, results }) {
  return [
    `first tier: ${count(first.size)} models, ${count(gzipped(tables["first-tier"]))} bytes gzipped`,
    `full:       ${count(lines.size)} models, ${count(gzipped(tables.full))} bytes gzipped`,
    section("prices that are not read, and make no other price wrong", [...notes.names.beside].map(([name, times]) => `${name} ×${times}`)),
    section("prices that cannot be told: their models have none", [...notes.names.foreign].map(([name, times]) => `${name} ×${times}`)),
    section("models without a price for that reason", notes.without.map(({ key, names }) => `${key}: ${names.join(", ")}`)),
    section("finer than 1e-12 USD, and rounded", notes.finer.filter(isFiner).map(({ key, name, text }) => `${key}: ${name} ${text}`)),
    section("two entries for one key; the first named with its provider counts", notes.twice.map(({ key, names }) => `${key}: ${names.join(", ")}`)),
    section("entries that say nothing", notes.silent),
    ...results.map((result) =>
      section(
        `${result.source}: ${result.compared.size} models and ${result.rates} rates compared; differences (theirs, ours)`,
        result.differences.map(({ key, rate, theirs, ours, known }) => `${key} ${rate}: ${theirs}, ${ours} (${known?.class ?? "NOT EXPLAINED"})`),
      ),
    ),
  ].join("\n");
}

const section = (title, rows) => [`\n${title}: ${rows.length}`, ...rows.map((row) => `  ${row}`)].join("\n");

/** Binary fractions that somebody multiplied, such as 1.0000000000000001e-07, are not meant to be finer. */
const isFiner = ({ text }) => Math.abs(Number(text) * 1e12 - Math.round(Number(text) * 1e12)) > 1e-9 * Number(text) * 1e12;

/** The figures of the document. */
export function figures({ tables, lines, first, notes, results }) {
  const priced = (table) => [...table.values()].filter((line) => line.split(" ")[2]).length;
  const beside = BESIDE.map(([pattern, reason]) => {
    const names = [...notes.names.beside].filter(([name]) => BESIDE.find(([first]) => first.test(name))?.[0] === pattern);
    return { pattern, reason, names: names.map(([name]) => name), times: names.reduce((sum, [, times]) => sum + times, 0) };
  });
  return [
    `Source: \`litellm\` ${SOURCES.litellm.version}. Checked against \`@pydantic/genai-prices\` ${SOURCES["@pydantic/genai-prices"].version} and \`llm-zoo\` ${SOURCES["llm-zoo"].version}.`,
    "",
    "| table | models | with a price | bytes | gzipped |",
    "|---|--:|--:|--:|--:|",
    ...[["first tier", first, tables["first-tier"]], ["full", lines, tables.full]].map(
      ([name, table, text]) => `| ${name} | ${count(table.size)} | ${count(priced(table))} | ${count(text.length)} | ${count(gzipped(text))} |`,
    ),
    "",
    `Amounts finer than 1e-12 USD that were rounded: ${notes.finer.filter(isFiner).length}. Models without a price because it cannot be told: ${notes.without.length}.`,
    "",
    "| compared with | models | rates | models that agree | rates that differ | not explained |",
    "|---|--:|--:|--:|--:|--:|",
    ...results.map(({ source, compared, rates, differences, unexplained }) => {
      const agree = compared.size - models(differences);
      return `| ${source} | ${compared.size} | ${count(rates)} | ${agree} (${((100 * agree) / compared.size).toFixed(1)} %) | ${differences.length} | ${unexplained.length} |`;
    }),
    "",
    "| difference | models | who is right | why |",
    "|---|--:|---|---|",
    ...classes(results),
    "",
    "| prices that are not read | entries | why no other price is wrong for it |",
    "|---|--:|---|",
    ...beside.filter(({ times }) => times > 0).map(({ names, times, reason }) => `| \`${names[0]}\`${names.length > 1 ? ` and ${names.length - 1} more` : ""} | ${times} | ${reason} |`),
  ].join("\n");
}

function classes(results) {
  /** @type {Map<any, { source: string, differences: any[] }>} */
  const found = new Map();
  for (const { source, differences } of results) {
    for (const difference of differences.filter(({ known }) => known)) {
      const row = found.get(difference.known) ?? { source, differences: [] };
      row.differences.push(difference);
      found.set(difference.known, row);
    }
  }
  return [...found].map(
    ([entry, { source, differences }]) => `| ${entry.class} (${source}) | ${models(differences)} | ${entry.right} | ${entry.reason} |`,
  );
}
