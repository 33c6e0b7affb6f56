/** The case functions that run on both runtimes, by suite. */
import { abort } from "./abort.js";
import { concurrency } from "./concurrency.js";
import { input } from "./input.js";
import { scope } from "./scope.js";
import { secrets } from "./secrets.js";
import { stream } from "./stream.js";

export const suites = { abort, concurrency, input, scope, secrets, stream };
