/**
 * `npm run prices:litellm`: what 300 models cost for eleven kinds of usage, by Switchman and by LiteLLM, at the same rates.
 * Needs Python 3.10 or newer; LiteLLM is installed into a folder of its own under the user's cache, once.
 *
 *     --all    shows the differences that are explained, too
 */

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { at, isMain } from "../project.mjs";
import { run, script } from "../run.mjs";

const VERSION = "1.109.1";
const bin = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
const program = at("target", "debug", "examples", process.platform === "win32" ? "cost.exe" : "cost");

/** @returns {Promise<string>} a Python that has LiteLLM */
export async function python() {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "switchman", `litellm-${VERSION}`);
  const found = join(folder, ...bin);
  if (!existsSync(join(folder, "complete"))) {
    await run("python3", ["-m", "venv", "--clear", folder]);
    await run(found, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `litellm==${VERSION}`]);
    await run(found, ["-c", "import pathlib, sys; pathlib.Path(sys.argv[1]).touch()", join(folder, "complete")]);
  }
  return found;
}

if (isMain(import.meta)) {
  await script(async () => {
    await run("cargo", ["build", "--locked", "--quiet", "--example", "cost"]);
    await run(await python(), [at("scripts", "prices", "against-litellm.py"), program, ...process.argv.slice(2)]);
  });
}
