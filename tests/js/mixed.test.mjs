/** Deployments of different dialects behind one name, and what becomes of streams that break, on Node and in workerd. */

import { onBoth } from "./support/suite.mjs";
import { streamResume } from "./cases/stream-resume.js";
import { streamResumeLimits } from "./cases/stream-resume-limits.js";
import { streamScenarios } from "./cases/stream-scenarios.js";

onBoth({ streamResume, streamResumeLimits, streamScenarios });
