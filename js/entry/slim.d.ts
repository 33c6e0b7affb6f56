export * from "../index.js";

/**
 * Loads the WebAssembly, once, before the first `new Router()`; a second call does nothing.
 *
 * @param moduleOrUrl a compiled `WebAssembly.Module`, its bytes, a `Response` that carries them, or the address to fetch
 *   them from; the file is `switchman/switchman.wasm`
 * @throws {WebAssembly.CompileError | TypeError} when these are no WebAssembly, or the address answers none
 * @example
 * import { init, Router } from "switchman/slim";
 * await init(new URL("./switchman.wasm", import.meta.url));
 */
export function init(
  moduleOrUrl:
    | WebAssembly.Module
    | BufferSource
    | Response
    | Request
    | URL
    | string
    | Promise<WebAssembly.Module | BufferSource | Response>,
): Promise<void>;
