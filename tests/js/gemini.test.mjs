/** What is Gemini's own, on Node and in workerd. */

import { gemini } from "./cases/gemini.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ gemini });
