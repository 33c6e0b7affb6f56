/** A call that is given up ends at once, everywhere, and leaves nothing running. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../../scripts/project.mjs";
import { abortCalls } from "./cases/abort-calls.js";
import { abortStreams } from "./cases/abort-streams.js";
import { importPacked, workerdWith } from "./pack.mjs";
import { CHAT, deployment, post } from "./support/kit.js";
import { onBoth } from "./support/suite.mjs";

onBoth({ abortCalls, abortStreams });

/** Servers that have a router inside, each over the provider at an address. */
const SERVERS = {
  async Node(base) {
    const { Router } = await importPacked();
    const { serveFetch } = await importPacked("switchman/testkit/server");
    const router = new Router({ model_list: [deployment("one", { api_base: base })] });
    const server = await serveFetch(router.fetch);
    return { url: server.url, stop: () => server.close(), running: () => router.coreRunning() };
  },
  async workerd(base) {
    const bindings = { CONFIG: { model_list: [deployment("one", { api_base: base })] } };
    const worker = await workerdWith(at("tests", "js", "workers", "gateway.js"), { bindings });
    return { url: worker.url, stop: worker.stop };
  },
};

for (const [runtime, start] of Object.entries(SERVERS)) {
  test(`a client that leaves a stream: the provider hears of it through ${runtime}`, { timeout: 60_000 }, async (t) => {
    const { fakeProvider } = await importPacked("switchman/testkit");
    const { serveProvider } = await importPacked("switchman/testkit/server");
    // Not silent: workerd notices that a client has gone when it writes to it.
    const provider = fakeProvider({ name: "one", words: 5_000, chunkDelayMs: 5 });
    const upstream = await serveProvider(provider);
    t.after(() => upstream.close());
    const server = await start(`${upstream.url}/v1`);
    t.after(() => server.stop());

    const controller = new AbortController();
    const response = await fetch(
      `${server.url}/v1/chat/completions`,
      post({ ...CHAT, stream: true }, { signal: controller.signal }),
    );
    const reader = response.body.getReader();
    await reader.read();
    controller.abort();
    await assert.rejects(
      async () => {
        for (;;) await reader.read();
      },
      { name: "AbortError" },
    );
    await provider.when(({ calls: [call] }) => call.aborted || call.cancelled);
    if (server.running) assert.equal(server.running(), 0);
  });
}

test("on workerd a request that has vanished with its client gives its place back", { timeout: 60_000 }, async (t) => {
  const { fakeProvider } = await importPacked("switchman/testkit");
  const { serveProvider } = await importPacked("switchman/testkit/server");
  const provider = fakeProvider({ name: "one", words: 5_000, chunkDelayMs: 5 });
  const upstream = await serveProvider(provider);
  t.after(() => upstream.close());
  const params = { api_base: `${upstream.url}/v1`, max_parallel_requests: 1 };
  const bindings = { CONFIG: { model_list: [deployment("one", params)], num_retries: 0 } };
  const worker = await workerdWith(at("tests", "js", "workers", "left.js"), { bindings });
  t.after(() => worker.stop());
  const ask = (signal) => fetch(`${worker.url}/v1/chat/completions`, post({ ...CHAT, stream: true }, { signal }));
  const seen = async (path = "/") => (await fetch(`${worker.url}${path}`)).json();

  const controller = new AbortController();
  const reader = (await ask(controller.signal)).body.getReader();
  await reader.read();
  controller.abort();
  await provider.when(({ calls: [call] }) => call.aborted || call.cancelled);
  assert.deepEqual(await seen(), { running: 1, told: [] }, "nobody has told the router");
  const full = await ask();
  assert.equal(full.status, 429, "its timer may still ring");
  await full.text();

  await seen("/later?ms=20000");
  const second = await ask();
  assert.equal(second.status, 200);
  assert.deepEqual((await seen()).told, ["NoDeploymentsAvailable", "AbortError"]);
  assert.equal((await seen()).running, 1, "the second one");
  await second.body.cancel();
});
