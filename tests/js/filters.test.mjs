/** Who may serve a request, and where it is meant to go. */

import { filters } from "./cases/filters.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ filters });
