/** Calls that stay with a deployment, calls that are shared out among variants, and copies of calls. */

import { affinity } from "./cases/affinity.js";
import { experiments } from "./cases/experiments.js";
import { shadow } from "./cases/shadow.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ affinity, experiments, shadow });
