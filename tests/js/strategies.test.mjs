/** Strategies that the config names. */

import { strategies } from "./cases/strategies.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ strategies });
