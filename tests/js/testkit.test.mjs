// The test kit proves itself here. Its parts stand beside the kit, one file a concern.

import "../../js/testkit/tests/faults.js";
import "../../js/testkit/tests/stream-faults.js";
import "../../js/testkit/tests/surfaces.js";
import "../../js/testkit/tests/anthropic.js";
import "../../js/testkit/tests/anthropic-refusals.js";
import "../../js/testkit/tests/anthropic-clients.js";
import "../../js/testkit/tests/compatible.js";
import "../../js/testkit/tests/gemini.js";
import "../../js/testkit/tests/fetch.js";
import "../../js/testkit/tests/socket.js";
import { testkit } from "./cases/testkit.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ testkit });
