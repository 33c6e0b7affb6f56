/** The package in Bun: the cases, and failover over the runtime's own `fetch`. */

import { suites } from "./cases/index.js";
import { failover } from "./support/failover.mjs";
import { performIn, startBun } from "./support/runtimes.mjs";
import { onRemote } from "./support/suite.mjs";

onRemote("Bun", startBun, suites, (remote) => failover("Bun", (scenario) => performIn(remote(), scenario)));
