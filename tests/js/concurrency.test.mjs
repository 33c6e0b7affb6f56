/** Many calls at once: within one request, and as many requests to one worker. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../../scripts/project.mjs";
import { concurrency } from "./cases/concurrency.js";
import { workerdWith } from "./pack.mjs";
import { GROUP, deployment, eventsIn, fetchOf, post } from "./support/kit.js";
import { nodeKit, onBoth } from "./support/suite.mjs";

onBoth({ concurrency });

test("640 requests to one worker, one in eight given up by its client", { timeout: 60_000 }, async (t) => {
  const kit = await nodeKit();
  const echo = { reply: ({ body }) => body.messages[0].content, keepCalls: 0 };
  const [one, two] = [kit.provider("one", { ...echo, faults: (n) => n % 3 === 0 && { status: 500 } }), kit.provider("two", echo)];
  const worker = await workerdWith(at("tests", "js", "workers", "gateway.js"), {
    bindings: { CONFIG: { model_list: [deployment("one"), deployment("two")], disable_cooldowns: true } },
    outbound: fetchOf(one, two),
  });
  t.after(() => worker.stop());

  const ask = async (text, stream, signal) => {
    const body = { model: GROUP, messages: [{ role: "user", content: text }], stream };
    const response = await fetch(`${worker.url}/v1/chat/completions`, post(body, { signal }));
    if (!stream) return (await response.json()).choices[0].message.content;
    const events = eventsIn(await response.text());
    assert.equal(events.pop(), "[DONE]");
    return events.map((event) => JSON.parse(event).choices[0].delta.content ?? "").join("");
  };
  let answered = 0;
  for (let round = 0; round < 10; round += 1) {
    const calls = Array.from({ length: 64 }, async (_, n) => {
      const text = `question ${round}-${n} of a number of words`;
      const controller = n % 8 === 0 ? new AbortController() : undefined;
      const said = ask(text, n % 2 === 1, controller?.signal);
      if (controller) queueMicrotask(() => controller.abort());
      try {
        assert.equal((await said).trim(), text);
        answered += 1;
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    });
    await Promise.all(calls);
  }
  assert.ok(answered >= 560, `${answered}`);
  // What vanished in between leaves the others in peace.
  assert.equal((await ask("one more", false)).trim(), "one more");
});
