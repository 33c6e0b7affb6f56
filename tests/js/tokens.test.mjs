/** Limits on tokens, what providers tell of theirs, and what answers say they used. */

import { remaining } from "./cases/remaining.js";
import { tokens } from "./cases/tokens.js";
import { usage } from "./cases/usage.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ remaining, tokens, usage });
