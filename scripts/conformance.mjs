/**
 * `npm run conformance`: clients that others made, unmodified, before every dialect, over `router.fetch`, as objects and over a
 * Worker's address; and a server that others made behind the router. The first run installs them. It ends with a table, and with
 * exit code 1 if a field of it failed. `npm run conformance -- openai` runs the rows whose names have the word.
 */

import { parseArgs } from "node:util";
import { CASES as MOCKED, aimock } from "./conformance/aimock.mjs";
import { CASES } from "./conformance/cases.mjs";
import { ai } from "./conformance/clients/ai.mjs";
import { langchain } from "./conformance/clients/langchain.mjs";
import { openai } from "./conformance/clients/openai.mjs";
import { python } from "./conformance/clients/python.mjs";
import { DIALECTS } from "./conformance/dialects.mjs";
import { examples } from "./conformance/examples.mjs";
import { load, OutOfReach } from "./conformance/installed.mjs";
import { schemas } from "./conformance/schemas.mjs";
import { Table } from "./conformance/table.mjs";
import { upstreams } from "./conformance/upstreams.mjs";
import { isMain } from "./project.mjs";
import { script } from "./run.mjs";

const CLIENTS = [
  openai("openai"),
  openai("openai-6"),
  ai("@ai-sdk/openai"),
  ai("@ai-sdk/openai-compatible"),
  ai("switchman/ai-sdk"),
  ai("switchman/ai-sdk, v3", "ai-6"),
  langchain,
  python("openai-3"),
  python("openai-2"),
];

/** A case that hangs is one that failed, in milliseconds. */
const PATIENCE_MS = 30_000;

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: not over after ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function clients(isWanted) {
  const table = new Table("client", Object.keys(CASES));
  const { providers, ways, stop } = await upstreams();
  try {
    for (const client of CLIENTS) {
      const name = client.with ? `${client.package} with ${client.with}` : client.package;
      for (const way of client.ways) {
        if (!Object.keys(DIALECTS).some((dialect) => isWanted(`${name} ${way} ${dialect}`))) continue;
        let opened;
        let why;
        try {
          opened = await client.open(ways[way]);
        } catch (error) {
          if (!(error instanceof OutOfReach)) throw error;
          why = error.message;
        }
        for (const dialect of Object.keys(DIALECTS)) {
          if (isWanted(`${name} ${way} ${dialect}`)) await table.row([name, way, dialect], (title) => inTime(CASES[title](opened, dialect, providers)), why);
        }
        await opened?.close?.();
      }
    }
  } finally {
    await stop();
  }
  return table;
}

async function servers(isWanted) {
  const table = new Table("server", Object.keys(MOCKED));
  await aimock(table, isWanted);
  return table;
}

async function programs(isWanted) {
  const table = new Table("program", ["runs"]);
  await examples(table, isWanted);
  return table;
}

async function sent(isWanted) {
  const table = new Table("what is sent", ["valid"]);
  await schemas(table, isWanted);
  return table;
}

/** @param {string[]} words what the names of rows must have one of; none is all */
export async function conformance(words) {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  const isWanted = (name) => words.length === 0 || words.some((word) => name.includes(word));
  await load("zod");
  const tables = [await clients(isWanted), await servers(isWanted), await programs(isWanted), await sent(isWanted)];
  for (const table of tables) table.end();
  const total = (outcome) => tables.reduce((sum, { counts }) => sum + counts[outcome], 0);
  console.log(`\n${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`);
  return total("failed") === 0;
}

if (isMain(import.meta)) {
  await script(async () => {
    const { positionals } = parseArgs({ allowPositionals: true });
    if (!(await conformance(positionals))) process.exitCode = 1;
  });
}
