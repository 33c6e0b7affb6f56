/** A second send beside a slow first one. */

import { hedging } from "./cases/hedging.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ hedging });
