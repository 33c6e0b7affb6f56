/**
 * Recorded traffic of real providers, out of the test folders of public Python packages. It is fetched once, into the
 * user's cache (`$XDG_CACHE_HOME`, else `~/.cache`, under `switchman/oracles`), and is no part of this project.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { outputOf } from "./run.mjs";

export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "switchman", "oracles");

/** Source packages, each with the one folder of it that holds recordings. */
const PACKAGES = {
  anthropic: {
    version: "2.12.0",
    sha256: "571e6d250bcd6bbaf5fd5f3c764b8e11af9901ad2e44b025f8e773c6cc7a7173",
    folder: "tests/lib/streaming/fixtures",
  },
  "langchain-anthropic": {
    version: "1.7.10",
    sha256: "72869686960b3d6665f99e7c91c9f6dd4a1d9ccf73d23edd8702eb603cc2e498",
    folder: "tests/cassettes",
  },
  "langchain-groq": {
    version: "1.1.3",
    sha256: "890c099a55526bceafc3e696d123cb9d36464c6664a3ead34ae6e09e0d50caeb",
    folder: "tests/cassettes",
  },
  "langchain-openai": {
    version: "1.7.4",
    sha256: "8fd90e41588526d990f32262447adf8e130d7ce28ed66cefa315e64cc9dd12ce",
    folder: "tests/cassettes",
  },
  langsmith: {
    version: "0.15.1",
    sha256: "8257beb14033ed94550a37e24b836d204b57b79f91bf6620491b66600d26b546",
    folder: "tests/integration_tests/cassettes",
  },
  "openinference-instrumentation-google-genai": {
    version: "1.4.14",
    sha256: "75fc9c49a27327e25c8802fb23dbeb80839988a17fb6b6ee5dedaa20912bb3d7",
    folder: "tests/cassettes",
  },
  "opentelemetry-instrumentation-google-genai": {
    version: "1.3b0",
    sha256: "d818c8a3613d77f5b6cb97b1b9dd208df711ac8c7892f9303cb3336b134ceca6",
    folder: "tests",
  },
};

/** What pip may take, in milliseconds; building a package's metadata takes a few seconds of it. */
const PATIENCE_MS = 180_000;

/** Recordings that cannot be had here: no Python, no pip, or no way to the package. */
export class OutOfReach extends Error {}

const homeOf = (name) => join(CACHE, `${name}-${PACKAGES[name].version}`);

/**
 * Where the recordings of a package are; they need not be there yet.
 * @param {keyof typeof PACKAGES} name
 */
export const folderOf = (name) => join(homeOf(name), PACKAGES[name].folder);

/**
 * Fetches what is missing. With everything in place it takes no time.
 * @throws {OutOfReach}
 */
export async function recordings() {
  const missing = Object.keys(PACKAGES).filter((name) => !existsSync(homeOf(name)));
  if (missing.length === 0) return;
  const python = await withPip();
  await mkdir(CACHE, { recursive: true });
  console.log(`fetching recordings: ${missing.join(", ")} (seconds, once)`);
  const results = await Promise.allSettled(missing.map((name) => install(python, name)));
  const failed = results.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}

/** A Python that has pip. */
async function withPip() {
  for (const python of ["python3", "python"]) {
    const version = await outputOf(python, ["-m", "pip", "--version"]).catch(() => undefined);
    if (version) return python;
  }
  throw new OutOfReach("they are fetched with pip, and there is no Python that has it");
}

/** Unpacks beside the final folder and renames, so that a half of the recordings is never taken for all. */
async function install(python, name) {
  const { version, sha256, folder } = PACKAGES[name];
  const stem = `${name.replaceAll("-", "_")}-${version}`;
  const draft = await mkdtemp(`${homeOf(name)}.`);
  try {
    await download(python, name, draft);
    const archive = join(draft, `${stem}.tar.gz`);
    const found = createHash("sha256").update(await readFile(archive)).digest("hex");
    if (found !== sha256) throw new Error(`${name} ${version} has another checksum than expected: ${found}`);
    const unpacked = join(draft, "unpacked");
    await mkdir(unpacked);
    await outputOf("tar", ["-xzf", archive, "-C", unpacked, "--strip-components=1", `${stem}/${folder}`]);
    await rename(unpacked, homeOf(name)).catch((error) => {
      // Another run may have fetched the same at the same time; its folder is as good as ours.
      if (!existsSync(homeOf(name))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Has pip fetch the source package. pip builds a package's metadata to learn its name, which runs code of it: so pip is
 * given the checksum and looks at it first. Only this package is taken as source; what builds it comes ready-made.
 */
async function download(python, name, folder) {
  const { version, sha256 } = PACKAGES[name];
  const list = join(folder, "requirements.txt");
  await writeFile(list, `${name}==${version} --hash=sha256:${sha256}\n`);
  const flags = ["--no-deps", "--no-binary", name, "--no-cache-dir", "--disable-pip-version-check", "--quiet"];
  const args = ["-m", "pip", "download", ...flags, "--require-hashes", "--dest", folder, "--requirement", list];
  try {
    await outputOf(python, args, { timeout: PATIENCE_MS });
  } catch (error) {
    if (/DO NOT MATCH THE HASHES/i.test(error.message)) throw error;
    // pip says most about it in the last line.
    throw new OutOfReach(`${name} ${version} cannot be fetched: ${error.message.trim().split("\n").at(-1)}`);
  }
}
