/** What the host is asked in the middle of a call. */

import { mayFallback } from "./cases/may-fallback.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ mayFallback });
