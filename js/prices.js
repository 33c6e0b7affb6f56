/** `switchman/prices`: the full table, for `new Router(config, { prices })`. */
import text from "../dist/prices/full.js";

export const prices = Object.freeze({ text });
