/** Routers that share a store, and what is kept of a router; a case of every runtime's. */

import { reserve } from "./cases/reserve.js";
import { sharing } from "./cases/sharing.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ sharing, reserve });
