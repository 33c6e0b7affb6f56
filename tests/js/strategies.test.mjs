/** Strategies that the config names, and the program's own. */

import { customStrategy } from "./cases/custom-strategy.js";
import { strategies } from "./cases/strategies.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ customStrategy, strategies });
