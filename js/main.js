// Joins the wasm module and a platform to the public API. Called once, by the entry of each runtime.

import { classes, ConfigError, RouterError } from "./errors.js";
import { makeRouter } from "./router.js";
import { CompletionStream } from "./stream.js";

/**
 * @param {any} glue the module that wasm-bindgen generated, initialised
 * @param {any} platform what differs by runtime
 * @param {{ outlets: () => any, loadCache: () => any, loadFiles: () => any, loadProbe: () => any }} lazy loads what is not needed at once
 * @param {import("./price.js").Table} [prices] the table of routers that are given none
 */
export function bind(glue, platform, lazy, prices) {
  const { AbortError: CancelledError, ...named } = classes;
  const Router = makeRouter(glue, { ...platform, ...lazy, prices });
  return { Router, RouterError, ConfigError, CompletionStream, CancelledError, ...named };
}
