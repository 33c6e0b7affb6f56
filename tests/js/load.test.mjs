/** Many streams at once: right answers, cancelled upstreams, no slot left, no memory that grows. `npm run load` for more. */

import "./support/memory.js";
import { load, loadLong } from "./cases/load.js";
import { onBoth } from "./support/suite.mjs";

onBoth(process.env.LOAD === "long" ? { loadLong } : { load });
