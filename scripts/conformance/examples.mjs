/** The examples that need what is too large for the tests: each runs as it stands, without a key. */

import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { at } from "../project.mjs";
import { outputOf } from "../run.mjs";
import { npmProject } from "./installed.mjs";

const EXAMPLES = ["ai-sdk", "langchain", "openai-agents"];

/**
 * @param {import("./table.mjs").Table} table
 * @param {(name: string) => boolean} isWanted
 */
export async function examples(table, isWanted) {
  const { packed } = await import("../../tests/js/pack.mjs");
  const folder = await mkdtemp(join(await npmProject(), "examples-"));
  try {
    await mkdir(join(folder, "node_modules"));
    await symlink(join(await packed(), "node_modules", "switchman"), join(folder, "node_modules", "switchman"), "junction");
    for (const name of EXAMPLES) {
      if (!isWanted(`example ${name}`)) continue;
      await cp(at("examples", name), join(folder, name), { recursive: true });
      await table.row(["example", "", name], async () => {
        const printed = await outputOf(process.execPath, [join(folder, name, "index.mjs"), "Hello"], { cwd: folder, env: { OPENAI_API_KEY: undefined }, timeout: 60_000 });
        assert.match(printed, /^Hello from openai every word here is made$/m);
      });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
