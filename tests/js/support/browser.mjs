/** A browser for the tests, and the page on a static host of its own: loopback, under a path that is not the root. */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { at } from "../../../scripts/project.mjs";
import { assemble } from "../../../scripts/www.mjs";

/** Debian's, unless the environment names another one. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

export const hasBrowser = existsSync(CHROMIUM);

/** Headless, with a fresh profile that goes when it closes. */
export async function launch() {
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
}

/**
 * Assembles the page over an installed package and serves the folder.
 * @param {string} packageIn the folder of the package
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function hostedPage(packageIn) {
  await mkdir(at("target"), { recursive: true });
  const folder = await mkdtemp(at("target", "www."));
  assemble(folder, packageIn);
  const base = "/some/where/";
  const server = createServer(async ({ url }, response) => {
    const path = url.startsWith(base) ? url.slice(base.length) || "index.html" : undefined;
    const bytes = path && !path.includes("..") ? await readFile(join(folder, path)).catch(() => undefined) : undefined;
    response.writeHead(bytes ? 200 : 404, bytes && { "content-type": TYPES[extname(path)] }).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
