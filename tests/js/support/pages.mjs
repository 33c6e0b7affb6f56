/** The pages in which a browser runs cases: without a bundler, and with one. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { at } from "../../../scripts/project.mjs";
import { packed } from "../pack.mjs";
import { page, serveStatic } from "./static.mjs";

/** Stands in for Node's modules, which the cases' assertions need; the package needs none. */
const NODE = ["node:assert/strict", "node:util"];

/** Runs cases when the test asks. */
const program = (support) => `
import * as product from "switchman";
import * as testkit from "switchman/testkit";
import { makeRemote } from "${support}/remote.js";
globalThis.remote = makeRemote(product, testkit, "chromium");`;

/** What stands in for Node's modules, as one module. */
const nodeModule = { entryPoints: [at("tests", "js", "support", "node-in-page.js")], banner: { js: "const process = { env: {} };" } };

/** Bundles for browsers; the wasm is no part of it. */
async function bundle(options) {
  const settings = { bundle: true, conditions: ["browser", "import"], format: "esm", define: { global: "globalThis" } };
  const { outputFiles } = await build({ absWorkingDir: at(), logLevel: "silent", target: "es2022", write: false, ...settings, ...options });
  return outputFiles[0].text;
}

/**
 * The files of the pages, by path; what is not among them lies in the folder of the installed package or of the cases.
 * @returns {Promise<Record<string, () => Promise<string | Uint8Array>>>}
 */
async function pages() {
  const home = await packed();
  const node = await bundle(nodeModule);
  const { exports } = JSON.parse(await readFile(join(home, "node_modules", "switchman", "package.json"), "utf8"));
  const addressOf = (name) => `/node_modules/switchman/${exports[name].browser ?? exports[name].default}`;
  const imports = {
    ...{ switchman: addressOf("."), "switchman/testkit": addressOf("./testkit") },
    ...Object.fromEntries(NODE.map((name) => [name, "/node.js"])),
  };
  const bundled = async () => {
    const contents = program(at("tests", "js", "support"));
    const alias = Object.fromEntries(NODE.map((name) => [name, at("tests", "js", "support", "node-in-page.js")]));
    return bundle({ stdin: { contents, resolveDir: home }, alias, banner: nodeModule.banner });
  };
  return {
    "/plain.html": async () => page({ code: program("/tests/support"), imports }),
    "/node.js": async () => node,
    "/bundled.html": async () => page({ src: "/bundled/app.js" }),
    "/bundled/app.js": bundled,
    "/bundled/switchman_bg.wasm": () => readFile(join(home, "node_modules", "switchman", "pkg", "switchman_bg.wasm")),
  };
}

/** A static host for the pages, the installed package, and the cases. */
export async function servePages() {
  return serveStatic({ "/node_modules/": join(await packed(), "node_modules"), "/tests/": at("tests", "js") }, await pages());
}

/** What a provider has to answer so that a page of another origin may call it. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, content-type, x-api-key, x-goog-api-key, anthropic-version, anthropic-dangerous-direct-browser-access",
  "access-control-expose-headers": "*",
};

/** A provider that allows pages of any origin. */
export const forPages = (handler) => async (request) => {
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
  const { status, headers, body } = await handler(request);
  return new Response(body, { status, headers: [...headers, ...Object.entries(CORS)] });
};
