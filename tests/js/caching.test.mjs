/** The response cache: whom it serves, what it is told, streams in it, on Node and in workerd. */

import { onBoth } from "./support/suite.mjs";
import { caching } from "./cases/caching.js";
import { cachingStreams } from "./cases/caching-streams.js";
import { cachingTold } from "./cases/caching-told.js";

onBoth({ caching, cachingStreams, cachingTold });
