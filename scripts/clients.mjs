/**
 * What Google publishes for JavaScript, for `npm run oracles` alone: its client, and the definitions of its API. It is
 * fetched once, into the cache of the recordings, and is no dependency of this project: together it would be larger than
 * all that is.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CACHE, OutOfReach } from "./recordings.mjs";
import { outputOf } from "./run.mjs";

/** By name: the version and the checksum of the archive. The client's build for browsers needs the middle two. */
const PACKAGES = {
  "@google/genai": ["2.32.0", "93ba5d4d2ec28df2b00dc925637cb4d86a118eccfd9d3dca470f2908c58ea052"],
  "p-retry": ["4.6.2", "21112bb484de3120e9e85f1ebe6a66125ecfda48072ae48b0d202693337fb558"],
  retry: ["0.13.1", "7521d8445e845475e888ccb7af473c4afb17aabafefe35a23371a8a8c79b8084"],
  "@google-ai/generativelanguage": ["4.1.0", "8069eba9ae3e6f194de59371665846bd69b71dfe97aedbe9f1c8b96d44e90087"],
};

const HOME = join(CACHE, `google-${Object.values(PACKAGES).map(([version]) => version).join("-")}`);

/** What npm may take, in milliseconds. */
const PATIENCE_MS = 120_000;

/** Google's client, as a module to be imported. */
export const GENAI = join(HOME, "node_modules", "@google", "genai", "dist", "web", "index.mjs");

/** The definitions of its API, as JSON. */
export const PROTOS = join(HOME, "node_modules", "@google-ai", "generativelanguage", "build", "protos", "protos.json");

/**
 * Fetches what is missing. With everything in place it takes no time.
 * @throws {OutOfReach}
 */
export async function clients() {
  if (existsSync(HOME)) return;
  await mkdir(CACHE, { recursive: true });
  console.log("fetching Google's client (seconds, once)");
  const draft = await mkdtemp(`${HOME}.`);
  try {
    for (const [name, [version, sha256]] of Object.entries(PACKAGES)) await unpack(draft, name, version, sha256);
    await rename(draft, HOME).catch((error) => {
      // Another run may have fetched the same at the same time; its folder is as good as ours.
      if (!existsSync(HOME)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function unpack(draft, name, version, sha256) {
  const flags = ["pack", `${name}@${version}`, "--pack-destination", draft, "--json", "--ignore-scripts"];
  const told = await outputOf("npm", flags, { timeout: PATIENCE_MS }).catch((error) => {
    throw new OutOfReach(`${name} ${version} cannot be fetched: ${error.message.trim().split("\n").at(-1)}`);
  });
  const archive = join(draft, JSON.parse(told)[0].filename.replace("@", "").replace("/", "-"));
  const found = createHash("sha256").update(await readFile(archive)).digest("hex");
  if (found !== sha256) throw new Error(`${name} ${version} has another checksum than expected: ${found}`);
  const folder = join(draft, "node_modules", name);
  await mkdir(folder, { recursive: true });
  await outputOf("tar", ["-xzf", archive, "-C", folder, "--strip-components=1"]);
  await rm(archive);
}
