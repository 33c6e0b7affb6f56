/** A plain table, the same on a terminal and in a file. */

/** Whether a figure meets its aim. */
const mark = (aim, figure) => (aim === undefined ? " " : figure <= aim ? "✓" : "✗");
const aimOf = ({ aim }) => aim?.toFixed(2) ?? "";
const spreadOf = ({ spread }) => spread.map((figure) => figure.toFixed(2)).join(" – ");

/**
 * @param {string} heading
 * @param {import("./ratio.mjs").Row[]} rows
 */
export function printRatios(heading, rows) {
  const cells = rows.map((row) => row.failure !== undefined
    ? [row.title, row.baseline, aimOf(row), "wrong", "", "", "", "", ""]
    : [row.title, row.baseline, aimOf(row), row.ratio.toFixed(2), mark(row.aim, row.ratio), spreadOf(row), row.floor?.toFixed(2) ?? "", micros(row.router), micros(row.against)]);
  print(heading, ["", "against", "aim", "ratio", "", "spread", "floor", "router µs", "against µs"], cells, 2);
}

/**
 * @param {string} heading
 * @param {import("./ratio.mjs").AddedRow[]} rows
 */
export function printAdded(heading, rows) {
  const cells = rows.map((row) => row.failure !== undefined
    ? [row.title, row.baseline, row.unit, aimOf(row), "wrong", "", "", "", ""]
    : [row.title, row.baseline, row.unit, aimOf(row), row.added.toFixed(2), mark(row.aim, row.added), spreadOf(row), row.router.toFixed(2), row.against.toFixed(2)]);
  print(heading, ["", "against", "in", "aim", "added", "", "spread", "router", "against"], cells, 3);
}

/** @param {Awaited<ReturnType<typeof import("../scripts/sizes.mjs").sizes>>} rows */
export function printBytes(rows) {
  const bytes = (count) => count.toLocaleString("en");
  print("Size, bytes", ["", "gzip", "minified, gzip"], rows.map(({ name, gzip, shipped }) => [name, bytes(gzip), bytes(shipped)]), 1);
}

const micros = (value) => value.toLocaleString("en", { maximumFractionDigits: value < 1000 ? 1 : 0 });

/** The first `left` columns are aligned left, the others right. */
function print(heading, columns, rows, left) {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index].length)));
  const line = (row) => row.map((cell, index) => (index < left ? cell.padEnd(widths[index]) : cell.padStart(widths[index]))).join("  ").trimEnd();
  console.log(`\n${heading}\n\n  ${[columns, ...rows].map(line).join("\n  ")}`);
}
