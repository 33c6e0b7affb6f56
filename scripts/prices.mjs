/**
 * `npm run prices`: makes the price tables under `prices/` anew from the pinned packages, holds the first tier against
 * two other collections, and writes the figures into `docs/PRICES.md`. Needs Python with pip; no network once the packages
 * are in the cache. `--check` changes nothing, and fails where something would have changed.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { comparisons } from "./prices/compare.mjs";
import { parseExact } from "./prices/decimal.mjs";
import { litellmTable, SOURCES } from "./prices/fetch.mjs";
import { firstTier } from "./prices/first.mjs";
import { explained, figures, printed } from "./prices/report.mjs";
import { tableOf, textOfTable } from "./prices/table.mjs";
import { at, textOf } from "./project.mjs";
import { script, UsageError } from "./run.mjs";

/** Of the models that are compared, so many may differ without a known reason. */
const MOST_UNEXPLAINED = 0.01;

/** Between these two lines of the document the figures stand. */
const [BEGIN, END] = ["<!-- figures: written by npm run prices -->", "<!-- end of figures -->"];

await script(async () => {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const { lines, notes } = tableOf(parseExact(await litellmTable()));
  const first = firstTier(lines);
  const source = `litellm ${SOURCES.litellm.version}`;
  const tables = { "first-tier": textOfTable(first, source), full: textOfTable(lines, source) };
  const results = (await comparisons(first)).map((result) => explained(result, JSON.parse(textOf("scripts", "prices", "known.json"))));
  const facts = { tables, lines, first, notes, results };
  console.log(printed(facts));
  const document = textOf("docs", "PRICES.md");
  const [head, tail] = [document.split(BEGIN)[0], document.split(END)[1]];
  if (tail === undefined) throw new UsageError(`docs/PRICES.md has lost its lines "${BEGIN}" and "${END}"`);
  const outputs = {
    "prices/first-tier.txt": tables["first-tier"],
    "prices/full.txt": tables.full,
    "docs/PRICES.md": `${head}${BEGIN}\n\n${figures(facts)}\n\n${END}${tail}`,
  };
  for (const { source: other, compared, unexplained } of results) {
    const models = new Set(unexplained.map(({ key }) => key)).size;
    if (models > MOST_UNEXPLAINED * compared.size) {
      throw new UsageError(`${models} of ${compared.size} models differ from ${other} without a reason in scripts/prices/known.json`);
    }
  }
  const changed = Object.entries(outputs).filter(([file, text]) => !existsSync(at(file)) || readFileSync(at(file), "utf8") !== text);
  if (values.check && changed.length > 0) throw new UsageError(`not as it would be made: ${changed.map(([file]) => file).join(", ")}`);
  mkdirSync(at("prices"), { recursive: true });
  for (const [file, text] of changed) writeFileSync(at(file), text);
  console.log(changed.length === 0 ? "Nothing has changed." : `Written: ${changed.map(([file]) => file).join(", ")}.`);
});
