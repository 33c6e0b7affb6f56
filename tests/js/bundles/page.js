/** A program of the smallest kind, which a bundler makes a page's script of. */
import { Router } from "switchman";
import { hello } from "./hello.js";

globalThis.said = await hello(Router);
