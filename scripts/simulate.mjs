/**
 * `npm run simulate`: 12,000 random configurations and fault scripts, well over a million calls in pretend time, on every
 * processor; after every event an oracle looks at what must hold. Each case comes out of one seed, 1, 2, 3 …
 *
 *     --cases <n>      how many cases
 *     --from <n>       the first seed
 *     --calls <n>      how many calls a case has, about
 *     --workers <n>    how many processes
 *     --seed <n>       one case; with --verbose its config, its calls and every event
 *     --break <rule>   the same with a rule of the router broken, in a copy of it, which has to be found; `all` for each
 */

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { at, root } from "./project.mjs";
import { BREAKS, broken } from "./simulate/breaks.mjs";
import { run, script, UsageError } from "./run.mjs";

const BUILD = ["build", "--locked", "--quiet", "--profile", "simulate", "--example", "simulate"];
const whole = /^\d+$/;

/**
 * Builds the simulation of a copy of the project, or of the project itself.
 * @returns {Promise<string>} the program
 */
async function built(folder = root) {
  const target = folder === root ? at("target") : at("target", "broken");
  await run("cargo", BUILD, { cwd: folder, env: { CARGO_TARGET_DIR: target } });
  return `${target}/simulate/examples/simulate${process.platform === "win32" ? ".exe" : ""}`;
}

/**
 * Runs a part of the cases. What the program counts is counted into `rows`; the rest of what it says is shown.
 * @param {string} program
 * @param {string[]} args
 * @param {Map<string, number>} rows
 * @param {boolean} [quiet]
 * @returns {Promise<boolean>} whether every rule held
 */
async function part(program, args, rows, quiet = false) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, count, name] = /^(\d+)\t(.+)$/.exec(line) ?? [];
    if (name) rows.set(name, (rows.get(name) ?? 0) + Number(count));
    else if (!quiet) console.log(line);
  }
  const code = await ended;
  if (code !== 0 && code !== 1) throw new UsageError(`the simulation ended with ${code}`);
  return code === 0;
}

/** Runs all cases, a process for each worker. */
async function simulate(program, { cases, from, calls, workers }, quiet) {
  const rows = new Map();
  const args = ["--cases", cases, "--from", from, "--calls", calls, "--workers", workers];
  const parts = Array.from({ length: Number(workers) }, (_, worker) => part(program, [...args, "--worker", `${worker}`], rows, quiet));
  const held = (await Promise.all(parts)).every(Boolean);
  return { held, rows };
}

function print(rows) {
  for (const [name, count] of rows) console.log(`${count.toLocaleString("en").padStart(12)}  ${name}`);
}

/** Whether a broken rule is found. */
async function breaks(name, plan) {
  const folder = await broken(name);
  const { held, rows } = await simulate(await built(folder), plan, true);
  const found = rows.get("cases that broke a rule") ?? 0;
  // Shares show in the sums of all cases.
  const where = held || found > 0 ? `${found} of ${plan.cases} cases broke a rule` : "by the sums of all cases";
  console.log(`${held ? "NOT FOUND" : "found"}: ${name}, ${BREAKS[name].what}; ${where}`);
  return !held;
}

await script(async () => {
  const { values } = parseArgs({
    options: {
      cases: { type: "string" },
      from: { type: "string", default: "1" },
      calls: { type: "string", default: "100" },
      workers: { type: "string", default: `${availableParallelism()}` },
      seed: { type: "string" },
      verbose: { type: "boolean", default: false },
      break: { type: "string" },
    },
  });
  for (const name of ["cases", "from", "calls", "workers", "seed"]) {
    if (values[name] !== undefined && !whole.test(values[name])) throw new UsageError(`--${name} takes a number, not "${values[name]}"`);
  }
  if (values.break !== undefined) {
    const names = values.break === "all" ? Object.keys(BREAKS) : [values.break];
    const unknown = names.filter((name) => !BREAKS[name]);
    if (unknown.length > 0) throw new UsageError(`there is no rule "${unknown}"; there are ${Object.keys(BREAKS).join(", ")}, all`);
    let missed = 0;
    for (const name of names) if (!(await breaks(name, { ...values, cases: values.cases ?? "1000" }))) missed += 1;
    if (missed > 0) throw new UsageError(`${missed} broken rules were not found`);
    return;
  }
  const program = await built();
  if (values.seed !== undefined) {
    const args = ["--seed", values.seed, "--calls", values.calls, ...(values.verbose ? ["--verbose"] : [])];
    await run(program, args);
    return;
  }
  const isWhole = values.cases === undefined;
  const cases = values.cases ?? "12000";
  const last = Number(values.from) + Number(cases) - 1;
  console.log(`seeds ${values.from} to ${last}, about ${values.calls} calls each, ${values.workers} workers`);
  const started = performance.now();
  const { held, rows } = await simulate(program, { ...values, cases });
  print(rows);
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
  if (!held) throw new UsageError("a rule was broken: `npm run simulate -- --seed <n> --verbose` tells what happened");
  // What never happens is not shown to be right.
  const never = [...rows].filter(([name, count]) => count === 0 && !name.startsWith("cases that broke"));
  if (isWhole && never.length > 0) throw new UsageError(`never happened: ${never.map(([name]) => name).join(", ")}`);
});
