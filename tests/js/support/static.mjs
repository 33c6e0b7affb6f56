/** A static host on loopback, as simple as they come. */

import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { importPacked } from "../pack.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/**
 * A page with one script.
 * @param {{ src?: string, code?: string, imports?: Record<string, string> }} script its address or its text, and where
 *   the modules are that it names
 */
export const page = ({ src, code = "", imports = {} }) => `<!doctype html>
<meta charset="utf-8"><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module"${src ? ` src="${src}"` : ""}>${code}</script>
`;

/**
 * Serves folders, and files that are none.
 * @param {Record<string, string>} folders absolute paths, by what the address starts with
 * @param {Record<string, () => Promise<string | Uint8Array>>} [files] by address
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveStatic(folders, files = {}) {
  const { serveFetch } = await importPacked("switchman/testkit/server");
  return serveFetch(async ({ url }) => {
    const { pathname } = new URL(url);
    const start = Object.keys(folders).find((name) => pathname.startsWith(name));
    const read = files[pathname] ?? (start && (() => readFile(join(folders[start], pathname.slice(start.length)))));
    const contents = await read?.().catch(() => undefined);
    if (contents === undefined) return new Response("not found", { status: 404 });
    return new Response(contents, { headers: { "content-type": TYPES[extname(pathname)] ?? "application/octet-stream" } });
  });
}
