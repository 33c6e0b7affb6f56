/**
 * Runs cases in Deno or Bun, behind the runtime's own server on loopback; prints its port, and ends with its standard
 * input. Argument: the module that imports from the installed package, so that the runtime itself resolves the name.
 */
import process from "node:process";
import { pathToFileURL } from "node:url";
import { makeHandler } from "../support/remote.js";

const { Deno, Bun } = globalThis;
const { load } = await import(pathToFileURL(process.argv[2]).href);
const fetch = makeHandler(await load("switchman"), await load("switchman/testkit"), Deno ? "deno" : "bun");

const hostname = "127.0.0.1";
const port = Deno
  ? Deno.serve({ hostname, port: 0, onListen() {} }, fetch).addr.port
  : Bun.serve({ hostname, port: 0, idleTimeout: 0, fetch }).port;
process.stdout.write(`${port}\n`);
process.stdin.on("end", () => process.exit()).resume();
