/** Failover over real sockets, on Node and in workerd; the other runtimes have it in files of their own. */

import { after, before } from "node:test";
import { importPacked } from "./pack.mjs";
import { failover } from "./support/failover.mjs";
import { perform } from "./support/perform.js";
import { performIn, startWorkerd } from "./support/runtimes.mjs";

let Router;
let worker;

before(async () => {
  ({ Router } = await importPacked());
  worker = await startWorkerd();
});
after(() => worker?.stop());

failover("Node", (scenario) => perform(Router, scenario));
failover("workerd", (scenario) => performIn(worker, scenario));
