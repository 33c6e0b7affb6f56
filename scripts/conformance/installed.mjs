/**
 * Clients and servers that others made, in exact versions. They are installed once, into the user's cache
 * (`$XDG_CACHE_HOME`, else `~/.cache`, under `switchman/conformance`), and are no part of this project.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { outputOf, UsageError } from "../run.mjs";

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "switchman", "conformance");

/** From npm. An older major stands beside the newest where both are in wide use. */
const NPM = {
  openai: "7.57.0",
  "openai-6": "npm:openai@6.49.0",
  ai: "7.0.173",
  "ai-6": "npm:ai@6.0.325",
  "@ai-sdk/openai": "4.0.118",
  "@ai-sdk/openai-compatible": "3.0.92",
  "@langchain/core": "1.4.0",
  "@langchain/openai": "1.6.0",
  "@openai/agents": "0.20.0",
  "@copilotkit/aimock": "1.43.0",
  zod: "4.6.7",
};

/** From PyPI, an environment each: what is in it cannot stand beside another version of itself. */
export const PYTHON = {
  "openai-3": ["openai==3.57.0"],
  "openai-2": ["openai==2.54.0"],
  // What validates requests: the types of the providers' own clients. Anthropic's of 2023-06-01, which is what is sent.
  schemas: [
    "openai==3.57.0",
    "anthropic==0.125.0",
    "groq==1.7.0",
    "mistralai==3.7.0",
    "together==3.1.1",
    "cerebras-cloud-sdk==1.91.0",
    "fireworks-ai==1.2.30",
    "sambanova==1.13.0",
    "perplexityai==0.46.1",
    "openrouter==1.3.84",
    "jsonschema==4.26.0",
  ],
};

/** What npm or pip may take, in milliseconds. */
const PATIENCE_MS = 600_000;

/** Something cannot be had here, and why. */
export class OutOfReach extends Error {}

const hashed = (value) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);

/** Makes a folder beside its final place and renames it, so that a half of it is never taken for all. */
async function made(home, fill) {
  if (existsSync(home)) return home;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(`${home}.`);
  try {
    await fill(draft);
    await rename(draft, home).catch((error) => {
      // Another run may have made the same at the same time; its folder is as good as ours.
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return home;
}

/** The folder of a project that has the npm packages. @throws {UsageError} */
export function npmProject() {
  return made(join(CACHE, `npm-${hashed(NPM)}`), async (draft) => {
    console.log("installing the clients from npm (a minute, once)");
    const manifest = { name: "conformance", private: true, type: "module", dependencies: NPM };
    await writeFile(join(draft, "package.json"), JSON.stringify(manifest));
    await writeFile(join(draft, "importer.mjs"), "export const load = (specifier) => import(specifier);\n");
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
    await outputOf("npm", args, { cwd: draft, timeout: PATIENCE_MS }).catch((error) => {
      throw new UsageError(`the clients cannot be installed: ${error.message}`);
    });
  });
}

/** Imports from that project. @param {string} specifier */
export async function load(specifier) {
  const importer = await import(pathToFileURL(join(await npmProject(), "importer.mjs")).href);
  return importer.load(specifier);
}

/**
 * The Python of an environment.
 * @param {keyof typeof PYTHON} name
 * @throws {OutOfReach} where there is no Python, or no package for it
 */
export async function pythonOf(name) {
  const python = await anyPython();
  const packages = PYTHON[name];
  // An environment holds its own path, so that it is made in its place; the mark says that it is whole.
  const home = join(CACHE, `python-${hashed(packages)}`);
  const own = join(home, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const mark = join(home, "whole");
  if (existsSync(mark)) return own;
  console.log(`installing for Python: ${packages.join(", ")} (a minute, once)`);
  await rm(home, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  try {
    await outputOf(python, ["-m", "venv", home], { timeout: PATIENCE_MS });
    const flags = ["--disable-pip-version-check", "--quiet", "--only-binary", ":all:"];
    await outputOf(own, ["-m", "pip", "install", ...flags, ...packages], { timeout: PATIENCE_MS });
  } catch (error) {
    throw new OutOfReach(`${packages.join(", ")} cannot be installed: ${error.message.trim().split("\n").at(-1)}`);
  }
  await writeFile(mark, "");
  return own;
}

async function anyPython() {
  for (const python of ["python3", "python"]) {
    const version = await outputOf(python, ["-c", "import venv, ensurepip"]).catch(() => undefined);
    if (version !== undefined) return python;
  }
  throw new OutOfReach("there is no Python that can make environments");
}
