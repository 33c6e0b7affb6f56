/**
 * `npm run converge`: how fast the traffic leaves a deployment that has become slow, and comes back when it is well, by ours
 * and by a model of LiteLLM's; and how long the slowest calls take. In pretend time, out of seeds: everywhere the same.
 * `--write` puts the tables into `docs/STRATEGIES.md`, and the chart beside it.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { at, textOf } from "./project.mjs";
import { outputOf, script, UsageError } from "./run.mjs";

const PAGE = ["docs", "STRATEGIES.md"];
const CHART = ["docs", "converge.svg"];

const program = (...args) =>
  outputOf("cargo", ["run", "--locked", "--quiet", "--profile", "simulate", "--example", "converge", "--", ...args]);

/** Seconds: when the fast deployment becomes slow, when it is well again, and the end. */
const [SLOW_AT, WELL_AT, END] = [10, 50, 90];

/** The place of the chart's field in the picture, in its units. */
const FIELD = { left: 56, top: 28, width: 620, height: 220 };
const x = (second) => FIELD.left + (second / END) * FIELD.width;
const y = (share) => FIELD.top + FIELD.height - (share / 100) * FIELD.height;
const fixed = (number) => `${Math.round(number * 10) / 10}`;

/** Colours that are told apart on white and on black, and lines that are told apart without colours. */
const LINES = [
  { colour: "#8a8a8a", dash: "7 4" },
  { colour: "#2f7ed8" },
  { colour: "#d9741a" },
  { colour: "#2a9d5c", dash: "2 3" },
];

/** @param {{ name: string, shares: number[] }[]} courses the share of each second, by router */
function chart(courses) {
  const tick = (share) =>
    `<line class="grid" x1="${FIELD.left}" x2="${x(END)}" y1="${fixed(y(share))}" y2="${fixed(y(share))}"/>` +
    `<text class="end" x="${FIELD.left - 8}" y="${fixed(y(share) + 4)}">${share} %</text>`;
  const second = (at) => `<text class="middle" x="${fixed(x(at))}" y="${y(0) + 18}">${at} s</text>`;
  const line = ({ shares }, place) => {
    const { colour, dash } = LINES[place];
    const points = shares.map((share, at) => `${fixed(x(at + 0.5))},${fixed(y(share))}`).join(" ");
    return `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ""} points="${points}"/>`;
  };
  const key = ({ name }, place) => {
    const { colour, dash } = LINES[place];
    const [left, top] = [FIELD.left + [0, 190, 390, 510][place], y(0) + 46];
    return (
      `<line stroke="${colour}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ""} x1="${left}" x2="${left + 24}" y1="${top - 4}" y2="${top - 4}"/>` +
      `<text x="${left + 30}" y="${top}">${name}</text>`
    );
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 310" role="img" aria-label="Share of the calls that go to the deployment that becomes slow, by second and strategy">
<style>
  text { font: 12px system-ui, sans-serif; fill: #57606a; } .end { text-anchor: end; } .middle { text-anchor: middle; }
  .grid { stroke: #57606a; stroke-opacity: 0.25; } .slow { fill: #d1242f; fill-opacity: 0.08; }
  @media (prefers-color-scheme: dark) { text { fill: #9aa4ae; } .grid { stroke: #9aa4ae; } .slow { fill-opacity: 0.12; } }
</style>
<rect class="slow" x="${fixed(x(SLOW_AT))}" y="${FIELD.top}" width="${fixed(x(WELL_AT) - x(SLOW_AT))}" height="${FIELD.height}"/>
<text class="middle" x="${fixed(x((SLOW_AT + WELL_AT) / 2))}" y="${FIELD.top - 10}">2 s an answer; else 0.1 s, and the other one always 0.3 s</text>
${[0, 25, 50, 75, 100].map(tick).join("\n")}
${[0, SLOW_AT, 30, WELL_AT, 70, END].map(second).join("\n")}
${courses.map(line).join("\n")}
${courses.map(key).join("\n")}
</svg>
`;
}

/** Puts a table into the page, in the place of the one between its marks. */
function put(page, name, table) {
  const marks = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!marks.test(page)) throw new UsageError(`${PAGE.join("/")} has no place for the table "${name}"`);
  return page.replace(marks, (_, begin, end) => `${begin}${table.trim()}\n${end}`);
}

await script(async () => {
  const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
  const told = await program();
  console.log(told.trimEnd());
  if (!values.write) return;
  const [moves, tails] = told.split("\n\n");
  writeFileSync(at(...PAGE), put(put(textOf(...PAGE), "moves", moves), "tails", tails));
  const shares = (await program("--shares")).trim().split("\n");
  const courses = shares.map((line) => line.split("\t")).map(([name, list]) => ({ name: name.replaceAll("`", ""), shares: list.split(",").map(Number) }));
  writeFileSync(at(...CHART), chart(courses));
});
