/** Deployments and settings, while the router is in use. */

import { manage } from "./cases/manage.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ manage });
