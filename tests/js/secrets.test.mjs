/** Keys stay home: in what is shown, in what is sent, and with the runtime's own `fetch` and a real redirect. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { secretsHome } from "./cases/secrets-home.js";
import { secretsShown } from "./cases/secrets-shown.js";
import { importPacked } from "./pack.mjs";
import { deployment } from "./support/kit.js";
import { WAYS, perform } from "./support/perform.js";
import { caseWorker, onBoth } from "./support/suite.mjs";

onBoth({ secretsShown, secretsHome });

test("over sockets a redirect to another origin is not followed", { timeout: 60_000 }, async (t) => {
  const { fakeProvider } = await importPacked("switchman/testkit");
  const { serveProvider } = await importPacked("switchman/testkit/server");
  const { Router } = await importPacked();
  const one = fakeProvider({ name: "one" });
  const home = await serveProvider(one);
  t.after(() => home.close());
  const reached = fakeProvider({ name: "other" });
  const elsewhere = await serveProvider(reached);
  t.after(() => elsewhere.close());
  const worker = await caseWorker();
  t.after(() => worker.stop());

  const runtimes = {
    Node: (scenario) => perform(Router, scenario),
    workerd: async (scenario) => (await worker.fetch("/perform", { method: "POST", body: JSON.stringify(scenario) })).json(),
  };
  const config = { model_list: [deployment("one", { api_base: `${home.url}/v1`, num_retries: 0 })] };
  for (const [runtime, run] of Object.entries(runtimes)) {
    for (const way of WAYS) {
      for (const status of [301, 307, 308]) {
        one.script({ status, redirect: `${elsewhere.url}/v1/chat/completions` });
        const outcome = await run({ config, way });
        const told = outcome.failed ?? outcome;
        assert.equal(told.status, 502, `${way} on ${runtime}: ${JSON.stringify(outcome)}`);
        assert.match(told.message ?? told.error.message, /redirect/);
        assert.equal(reached.calls.length, 0);
      }
    }
  }
});
