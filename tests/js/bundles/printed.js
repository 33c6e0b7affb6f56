/** The same, unbundled, for runtimes with a standard output. */
import process from "node:process";
import { Router } from "switchman";
import { hello } from "./hello.js";

process.stdout.write(`${await hello(Router)}\n`);
