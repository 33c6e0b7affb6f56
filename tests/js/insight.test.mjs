/** Looking inside a router, listening to it, and several calls at once. */

import { onBoth } from "./support/suite.mjs";
import { events } from "./cases/events.js";
import { insight } from "./cases/insight.js";
import { race } from "./cases/race.js";

onBoth({ events, insight, race });
