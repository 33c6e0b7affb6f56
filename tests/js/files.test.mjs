/** Who may serve a request, and where it is meant to go. */

import { files } from "./cases/files.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ files });
