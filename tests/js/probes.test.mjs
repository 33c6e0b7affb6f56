/** Probes, that a program makes beside its calls. */

import { probes } from "./cases/probes.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ probes });
