/** Deployments of different dialects behind one name, and what becomes of streams that break, on Node and in workerd. */

import { onBoth } from "./support/suite.mjs";
import { bigBody } from "./cases/big-body.js";
import { inPlace } from "./cases/in-place.js";
import { streamDrip } from "./cases/stream-drip.js";
import { streamResume } from "./cases/stream-resume.js";
import { streamResumeLimits } from "./cases/stream-resume-limits.js";
import { streamRules } from "./cases/stream-rules.js";
import { streamScenarios } from "./cases/stream-scenarios.js";

onBoth({ bigBody, inPlace, streamDrip, streamResume, streamResumeLimits, streamRules, streamScenarios });
