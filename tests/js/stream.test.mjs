/** Streams, as bytes over `fetch` and as objects in process. */

import { onBoth } from "./support/suite.mjs";
import { stream } from "./cases/stream.js";

onBoth("stream", stream);
