/** Where a call may move, what it replaces of the request there, and answers without a provider. */

import { mayFallback } from "./cases/may-fallback.js";
import { mock } from "./cases/mock.js";
import { overrides } from "./cases/overrides.js";
import { transcripts } from "./cases/transcripts.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ mayFallback, mock, overrides, transcripts });
