/** The same in one file, for runtimes with a standard output. */
import process from "node:process";
import { Router } from "switchman/inline";
import { hello } from "./hello.js";

process.stdout.write(`${await hello(Router)}\n`);
