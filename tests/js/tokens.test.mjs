/** Limits on tokens. */

import { onBoth } from "./support/suite.mjs";
import { tokens } from "./cases/tokens.js";

onBoth({ tokens });
