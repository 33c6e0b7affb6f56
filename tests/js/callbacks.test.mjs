/** Callbacks of the config: what services are told, and what becomes of what they do not take. */

import { onBoth } from "./support/suite.mjs";
import { callbacks } from "./cases/callbacks.js";
import { callbacksContent } from "./cases/callbacks-content.js";
import { callbacksFailing } from "./cases/callbacks-failing.js";

onBoth({ callbacks, callbacksContent, callbacksFailing });
