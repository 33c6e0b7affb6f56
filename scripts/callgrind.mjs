/**
 * `npm run instructions`: how many instructions it takes to choose a deployment, and whether they have become more.
 * They are the same on a busy machine and on a quiet one, so that a twentieth more is a change of the code. Needs valgrind,
 * and no rights. `--record` makes today's figures the ones that later builds are held against.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { at, isMain } from "./project.mjs";
import { outputOf, script, UsageError, versionOf } from "./run.mjs";

/** The last committed figures, by processor: another one has other instructions. */
const RECORD = at("scripts", "instructions.json");

/** A figure may be this much larger than the record before the check fails. */
const TOLERANCE = 1.05;

/** Cases of `benches/select.rs`, in its order: those of the default strategy, and of each other one two, of which the first. */
const SHUFFLED = ["10 deployments", "10 deployments, busy", "100 deployments", "100 deployments, busy"];
const OTHERS = ["round-robin", "least-busy", "latency-based-routing", "cost-based-routing", "usage-based-routing", "peak-ewma", "adaptive", "custom"];
const CASES = new Map([
  ...SHUFFLED.map((name, place) => /** @type {const} */ ([name, place])),
  ...OTHERS.map((name, place) => /** @type {const} */ ([`10 deployments, busy, by ${name}`, SHUFFLED.length + 2 * place])),
]);

/** The choice is made so often, and twice as often: the difference leaves out what is done once. */
const TIMES = 500;

export const hasValgrind = async () => (await versionOf("valgrind")) !== undefined;

/** Whether there is a figure of this processor to hold a build against. */
export const hasInstructions = () => process.arch in record();

const record = () => JSON.parse(readFileSync(RECORD, "utf8"));

/** Builds the benchmark as the package is built, and gives its program. */
async function program() {
  const args = ["bench", "--locked", "--quiet", "--no-run", "--bench", "select", "--message-format=json"];
  const messages = (await outputOf("cargo", args)).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const found = messages.find(({ target, executable }) => target?.name === "select" && executable);
  if (!found) throw new Error("cargo built no benchmark `select`");
  return found.executable;
}

/** The instructions of one choice of each case. */
export async function instructions() {
  const path = await program();
  const counted = async (place, times) => {
    const args = ["--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-fd=1", path, "--once", `${place}`, `${times}`];
    const [, count] = /Collected : (\d+)/.exec(await outputOf("valgrind", args)) ?? [];
    if (!count) throw new Error("valgrind counted nothing");
    return Number(count);
  };
  const figures = {};
  for (const [name, place] of CASES) {
    const [once, twice] = [await counted(place, TIMES), await counted(place, 2 * TIMES)];
    figures[name] = Math.round((twice - once) / TIMES);
  }
  return figures;
}

/**
 * Holds the figures against the record, and prints both.
 * @throws {UsageError} when one has grown past the tolerance
 */
export async function checkInstructions() {
  const known = record()[process.arch] ?? {};
  const figures = await instructions();
  for (const [name, count] of Object.entries(figures)) {
    console.log(`${count.toLocaleString("en").padStart(10)} to choose among ${name}; on record are ${known[name]?.toLocaleString("en") ?? "none"}`);
  }
  const grown = Object.keys(figures).filter((name) => figures[name] > (known[name] ?? Infinity) * TOLERANCE);
  if (grown.length > 0) {
    throw new UsageError(`more instructions than on record: ${grown.join("; ")}: find out why, or npm run instructions -- --record`);
  }
}

if (isMain(import.meta)) {
  await script(async () => {
    const { values } = parseArgs({ options: { record: { type: "boolean", default: false } } });
    if (!(await hasValgrind())) throw new UsageError("valgrind is not there; on Debian it is in the package of that name");
    if (!values.record) return checkInstructions();
    const all = { ...record(), [process.arch]: await instructions() };
    writeFileSync(RECORD, `${JSON.stringify(all, null, 2)}\n`);
    console.log(all[process.arch]);
  });
}
