/** Where a call may move, and what it replaces of the request there. */

import { mayFallback } from "./cases/may-fallback.js";
import { overrides } from "./cases/overrides.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ mayFallback, overrides });
