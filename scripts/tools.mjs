/**
 * wasm-pack and wasm-bindgen, in exactly the versions that fit this tree. Each is looked for on PATH, then in our cache
 * (`$XDG_CACHE_HOME`, else `~/.cache`, under `switchman/tools`), then fetched as its makers' prebuilt release, then built
 * from source into that cache. wasm-opt needs none of this: it comes with the npm packages.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { textOf } from "./project.mjs";
import { outputOf, run, versionOf } from "./run.mjs";

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "switchman", "tools");
/** Where sources are compiled: one place for both tools, which share most of their dependencies. */
const BUILD = join(CACHE, `build-${process.pid}`);
const EXE = process.platform === "win32" ? ".exe" : "";

/** The name of this machine in the names of release archives; undefined where there are none. */
const TARGET = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
  "win32-x64": "x86_64-pc-windows-msvc",
}[`${process.platform}-${process.arch}`];

const RELEASES = "https://github.com/wasm-bindgen";

/** The command line of wasm-bindgen must be of the very version that the crate was built with. */
function wasmBindgenVersion() {
  const version = /^wasm-bindgen\s*=\s*"=([\d.]+)"/m.exec(textOf("Cargo.toml"))?.[1];
  if (!version) throw new Error('Cargo.toml must pin wasm-bindgen exactly: wasm-bindgen = "=x.y.z"');
  return version;
}

/** @returns {{ crate: string, binary: string, version: string, archive: string, cargoFlags: string[] }[]} */
function wanted() {
  const pack = "0.15.1";
  const bindgen = wasmBindgenVersion();
  return [
    {
      crate: "wasm-pack",
      binary: "wasm-pack",
      version: pack,
      archive: `${RELEASES}/wasm-pack/releases/download/v${pack}/wasm-pack-v${pack}-${TARGET}.tar.gz`,
      cargoFlags: ["--locked"],
    },
    {
      crate: "wasm-bindgen-cli",
      binary: "wasm-bindgen",
      version: bindgen,
      archive: `${RELEASES}/wasm-bindgen/releases/download/${bindgen}/wasm-bindgen-${bindgen}-${TARGET}.tar.gz`,
      // Not --locked: the lock file of a new release can name versions that a registry mirror does not have yet.
      cargoFlags: [],
    },
  ];
}

/**
 * Finds or installs both tools. With both in place it takes a few milliseconds.
 * @returns {Promise<string[]>} the folders to put in front of PATH
 */
export async function wasmTools() {
  const folders = [];
  try {
    for (const tool of wanted()) {
      if ((await versionOf(tool.binary)) === tool.version) continue;
      const home = join(CACHE, `${tool.crate}-${tool.version}`);
      if (!existsSync(join(home, "bin", tool.binary + EXE))) await install(tool, home);
      folders.push(join(home, "bin"));
    }
  } finally {
    await rm(BUILD, { recursive: true, force: true });
  }
  return folders;
}

/** Installs beside the final folder and renames, so that a half-finished install is never taken for a whole one. */
async function install(tool, home) {
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(`${home}.`);
  try {
    if (await download(tool, draft)) {
      console.log(`${tool.crate} ${tool.version}: fetched`);
    } else {
      console.log(`${tool.crate} ${tool.version}: no prebuilt release within reach; building it from source (minutes, once)`);
      await rm(draft, { recursive: true });
      const args = ["install", tool.crate, "--version", `=${tool.version}`, "--root", draft, ...tool.cargoFlags];
      await run("cargo", args, { env: { CARGO_TARGET_DIR: BUILD } });
    }
    await rm(home, { recursive: true, force: true });
    await rename(draft, home);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Fetches the release archive into `home/bin`. An archive that is out of reach is no error; one that contradicts its
 * published checksum is.
 */
async function download(tool, home) {
  if (!TARGET) return false;
  const archive = await fetched(tool.archive);
  if (!archive) return false;
  const published = (await fetched(`${tool.archive}.sha256sum`))?.toString("utf8").match(/^[\da-f]{64}/)?.[0];
  if (published && published !== createHash("sha256").update(archive).digest("hex")) {
    throw new Error(`${tool.archive} does not match its published checksum`);
  }
  const file = join(home, "archive.tar.gz");
  const bin = join(home, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(file, archive);
  try {
    await outputOf("tar", ["-xzf", file, "-C", bin, "--strip-components=1"]);
    await chmod(join(bin, tool.binary + EXE), 0o755);
    return (await versionOf(join(bin, tool.binary))) === tool.version;
  } catch {
    return false;
  } finally {
    await rm(file);
  }
}

/** The bytes at an address, or undefined: five seconds to answer at all, two minutes to arrive. */
async function fetched(url) {
  const abort = new AbortController();
  const answering = setTimeout(() => abort.abort(), 5_000);
  const arriving = setTimeout(() => abort.abort(), 120_000);
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(answering);
    return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(answering);
    clearTimeout(arriving);
  }
}
