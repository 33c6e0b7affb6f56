/** Streams, as bytes over `fetch` and as objects in process. */

import { onBoth } from "./support/suite.mjs";
import { streamBytes } from "./cases/stream-bytes.js";
import { streamFaults } from "./cases/stream-faults.js";
import { streamObjects } from "./cases/stream-objects.js";
import { trap } from "./cases/trap.js";

onBoth({ streamBytes, streamFaults, streamObjects, trap });
