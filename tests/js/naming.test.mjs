/** What a model's name means. */

import { naming } from "./cases/naming.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ naming });
