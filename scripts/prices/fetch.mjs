/**
 * The packages that prices are read from, in exactly the versions of `sources.json`. Each is fetched once, with its
 * registry's ordinary client, into the user's cache (`$XDG_CACHE_HOME`, else `~/.cache`, under `switchman/prices`); what
 * is there already is used without a network.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { textOf } from "../project.mjs";
import { outputOf, UsageError } from "../run.mjs";

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "switchman", "prices");

/** @type {Record<string, { version: string, archive: string, sha256: string, member: string }>} */
export const SOURCES = JSON.parse(textOf("scripts", "prices", "sources.json"));

/** LiteLLM's price table, as JSON text. */
export async function litellmTable() {
  const source = SOURCES.litellm;
  const wheel = await cached("litellm", async (folder) => {
    // The one wheel that is pinned, whatever machine this is: nothing of it is run.
    const platform = ["--platform", "manylinux_2_28_x86_64", "--implementation", "cp", "--python-version", "3.10", "--abi", "abi3"];
    const flags = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check", "--quiet"];
    await outputOf("python3", ["-m", "pip", "download", ...flags, ...platform, "--dest", folder, `litellm==${source.version}`]);
  });
  const unzip = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
  return outputOf("python3", ["-c", unzip, wheel, source.member]);
}

/**
 * A package of npm's, imported from its unpacked archive. It has no dependencies, and nothing of it is installed.
 * @param {string} name
 */
export async function npmModule(name) {
  const { version, member, sha256 } = SOURCES[name];
  const archive = await cached(name, async (folder) => {
    await outputOf("npm", ["pack", "--silent", "--pack-destination", folder, `${name}@${version}`]);
  });
  const home = `${archive}.${sha256.slice(0, 8)}`;
  if (!existsSync(home)) {
    const draft = await mkdtemp(`${home}.`);
    await outputOf("tar", ["-xzf", archive, "-C", draft, "--strip-components=1"]);
    await rename(draft, home);
  }
  return import(pathToFileURL(join(home, member)).href);
}

/** The archive of a source, fetched if it is not there; its checksum is looked at each time. */
async function cached(name, fetch) {
  const { version, archive, sha256 } = SOURCES[name];
  const file = join(CACHE, archive);
  if (!existsSync(file)) {
    await mkdir(CACHE, { recursive: true });
    const draft = await mkdtemp(join(CACHE, "draft."));
    try {
      console.log(`fetching ${name} ${version} (seconds, once)`);
      await fetch(draft);
      await rename(join(draft, archive), file);
    } catch (error) {
      throw new UsageError(`${name} ${version} cannot be fetched: ${error.message.trim().split("\n").at(-1)}`);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  const found = createHash("sha256").update(await readFile(file)).digest("hex");
  if (found !== sha256) throw new UsageError(`${file} has another checksum than expected: ${found}`);
  return file;
}
