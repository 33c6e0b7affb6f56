/** `router.metrics()`: Prometheus' text, on every runtime. What it says is looked at in `metrics.test.mjs`. */

import assert from "node:assert/strict";
import { CHAT, deployment } from "../support/kit.js";

export const metrics = {};

metrics["counters grow with the calls"] = async (kit) => {
  const { router, one } = kit.pair({ config: { num_retries: 1 } });
  const counted = (line) => Number(router.metrics().split("\n").find((known) => known.startsWith(`switchman_${line}`))?.split(" ").at(-1));
  assert.equal(counted('requests_total{model_group="claude-fast",outcome="ok"}'), 0);
  one.script({ status: 500 });
  await router.completion(CHAT);
  await router.completion(CHAT);
  assert.equal(counted('requests_total{model_group="claude-fast",outcome="ok"}'), 2);
  assert.equal(counted("retries_total"), 1);
  assert.match(router.metrics(), /deployment="one",provider="openai",model="model-one",outcome="InternalServerError"} 1\n/);
  assert.equal(counted("running_requests"), 0);
};

metrics["what was freed has none"] = async (kit) => {
  const router = new kit.Router({ model_list: [deployment("one")] });
  router.free();
  assert.throws(() => router.metrics(), kit.InternalError);
};
