import type { Prices } from "./index.js";

/**
 * Prices, context windows and capabilities of every model that is known, in the place of the first tier's.
 *
 * @example
 * import { Router } from "switchman";
 * import { prices } from "switchman/prices";
 * const router = new Router(config, { prices });
 */
export const prices: Prices;
