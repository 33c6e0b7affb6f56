/** The same, with the wasm as a file that the bundler copies and gives the address of. */
import { Router, init } from "switchman/slim";
import wasm from "switchman/switchman.wasm";
import { hello } from "./hello.js";

await init(new URL(wasm, import.meta.url));
globalThis.said = await hello(Router);
