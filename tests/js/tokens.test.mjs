/** Limits on tokens, and what providers tell of theirs. */

import { remaining } from "./cases/remaining.js";
import { tokens } from "./cases/tokens.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ remaining, tokens });
