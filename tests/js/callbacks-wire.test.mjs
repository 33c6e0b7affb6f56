/** Callbacks over real connections, and their messages against OpenTelemetry's own definitions and conventions. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { at } from "../../scripts/project.mjs";
import { importPacked, packed, workerdWith } from "./pack.mjs";
import { FOREIGN, METRICS, SPAN } from "./support/conventions.js";
import { CHAT, GROUP, deployment, fetchOf, post, rejection } from "./support/kit.js";
import { mixed } from "./support/mixed.js";
import { assertOtlp } from "./support/otlp.mjs";
import { plainAttributes } from "./support/services.js";
import { nodeKit } from "./support/suite.mjs";

const LIMIT = { timeout: 60_000 };

/** A service on loopback that takes everything, and whom the environment of a router names. */
async function listening(t, answer = () => new Response("{}")) {
  const { serveFetch } = await importPacked("switchman/testkit/server");
  const texts = [];
  const server = await serveFetch(async (request) => {
    texts.push({ path: new URL(request.url).pathname, text: await request.text(), headers: Object.fromEntries(request.headers) });
    return answer(request, texts.length);
  });
  t.after(() => server.close());
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.url, LANGFUSE_HOST: server.url, LANGFUSE_PUBLIC_KEY: "pk", LANGFUSE_SECRET_KEY: "sk", HELICONE_API_KEY: "hk", HELICONE_API_BASE: server.url };
  return { texts, server, env };
}

/** Every kind of call: answered, streamed, failed, given up, tried again, sent to nobody. */
async function everyKind(kit, config, host) {
  const { router, one, two } = kit.pair({ config: { num_retries: 1, disable_cooldowns: true, ...config }, host });
  await router.completion(CHAT);
  one.script({ status: 503 });
  await router.completion({ ...CHAT, metadata: { session_id: 'a "session"\n', tags: ["ü", "\u2028"] } });
  await (await router.completion({ ...CHAT, stream: true })).final();
  await router.embedding({ model: GROUP, input: "a" });
  one.script({ status: 400 });
  two.script({ status: 400 });
  await rejection(router.completion(CHAT));
  await rejection(router.completion({ ...CHAT, model: 'no "model"\\' }));
  const left = await router.completion({ ...CHAT, stream: true });
  for await (const _ of left) break;
  await router.flush();
  return router;
}

const spansOf = (message) => message.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

for (const recordContent of [false, true]) {
  test(`every message is one of the protocol, and keeps the conventions (content: ${recordContent})`, LIMIT, async (t) => {
    const kit = await nodeKit();
    const { texts, env } = await listening(t);
    await everyKind(kit, { callbacks: ["otel", "langfuse"] }, { env, recordContent });
    assert.deepEqual([...new Set(texts.map(({ path }) => path))].sort(), ["/api/public/otel/v1/traces", "/v1/metrics", "/v1/traces"]);
    const messages = texts.map(({ text }) => assertOtlp(text));
    const traced = messages.filter((message) => "resourceSpans" in message);
    for (const message of traced) {
      const spans = spansOf(message).map((span) => ({ ...span, attributes: plainAttributes(span.attributes) }));
      const calls = spans.filter(({ attributes }) => "gen_ai.operation.name" in attributes);
      assert.equal(calls.length, 7);
      for (const { name, attributes, status } of calls) assertConventional(name, attributes, status !== undefined);
      assert.ok(spans.every((span) => calls.includes(span) || calls.some(({ spanId }) => spanId === span.parentSpanId)));
    }
    const [{ resourceMetrics }] = messages.filter((message) => "resourceMetrics" in message);
    const metrics = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    assert.deepEqual(metrics.map(({ name }) => name).sort(), Object.keys(METRICS).sort());
    for (const { name, unit, histogram } of metrics) {
      assert.equal(unit, METRICS[name].unit);
      for (const { attributes, explicitBounds } of histogram.dataPoints) {
        const all = plainAttributes(attributes);
        assert.deepEqual([METRICS[name].required.filter((key) => !(key in all)), explicitBounds], [[], METRICS[name].bounds]);
      }
    }
  });
}

function assertConventional(name, attributes, hasFailed) {
  const known = [...SPAN.required, ...Object.keys(SPAN.conditional), ...SPAN.others, ...FOREIGN];
  assert.deepEqual(SPAN.required.filter((key) => !(key in attributes)), []);
  for (const [key, isAsked] of Object.entries(SPAN.conditional)) if (isAsked(attributes, hasFailed)) assert.ok(key in attributes, key);
  assert.deepEqual(Object.keys(attributes).filter((key) => !known.includes(key) && !/^(switchman|langfuse)\./.test(key)), []);
  assert.equal(name, `${attributes["gen_ai.operation.name"]} ${attributes["gen_ai.request.model"]}`);
}

test("a message that the protocol does not know would be noticed", () => {
  const span = { traceId: "0".repeat(31) + "1", spanId: "0".repeat(15) + "1", name: "a", kind: 3 };
  const message = (more) => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, ...more }] }] }] });
  assertOtlp(message({}));
  for (const more of [{ colour: "red" }, { kind: "client" }, { attributes: [{ key: "a", value: { intValue: 1.5 } }] }, { startTimeUnixNano: 5 }]) {
    assert.throws(() => assertOtlp(message(more)), assert.AssertionError, JSON.stringify(more));
  }
});

test("a service that is gone, and one that breaks off, fails no call; when it is back it is told", LIMIT, async (t) => {
  const kit = await nodeKit();
  // A port that nobody listens at: it was free a moment ago.
  const probe = createServer();
  const port = await new Promise((resolve) => probe.listen(0, "127.0.0.1", () => resolve(probe.address().port)));
  await new Promise((resolve) => probe.close(resolve));
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_METRICS_EXPORTER: "none" };
  const { router } = kit.pair({ config: { callbacks: ["otel"] }, host: { env } });
  await router.completion(CHAT);
  const told = router.flush();
  await router.completion(CHAT);
  const { serveFetch } = await importPacked("switchman/testkit/server");
  const texts = [];
  const back = await serveFetch(async (request) => {
    texts.push(await request.text());
    if (texts.length === 1) throw new Error("it breaks off");
    return new Response("{}");
  }, { port, onError: () => undefined });
  t.after(() => back.close());
  await told;
  await router.flush();
  const [{ delivered, dropped, queued, failed_sends }] = router.snapshot().callbacks;
  assert.deepEqual([delivered, dropped, queued], [2, 0, 0]);
  assert.ok(failed_sends >= 2, `${failed_sends}`);
  texts.forEach(assertOtlp);
});

test("a cost that is known is told, of the call and of each attempt", async () => {
  const inPackage = async (file) => import(pathToFileURL(join(await packed(), "node_modules", "switchman", "js", "callbacks", file)).href);
  const [{ told }, { otel }, { langfuse }] = await Promise.all(["call.js", "otel.js", "langfuse.js"].map(inPackage));
  const facts = { id: "one", group: "chat", provider: "openai", model: "m", model_used: "openai/m", api_base: "https://one.test/v1" };
  const attempt = (status, cost) => ({ deployment: "one", model_used: "openai/m", model_group: "chat", status, error: null, message: null, ms: 5, cost });
  const report = {
    call_id: "sw-1", deployment: facts, requested_model: "chat", attempts: [attempt(500, null), attempt(200, 0.25)], answering: 1, usage: null,
    latency: { total_ms: 20, first_token_ms: null }, response_cost: 0.25, attempted_retries: 1, attempted_fallbacks: 0,
    times: [0, 10].map((start) => ({ facts, start, first: -1 })),
  };
  const call = told({ report, plan: { surface: 1, isStream: false, started: 1_700_000_000_000 }, fault: undefined });
  const [traces] = otel({ OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.test" }, { version: "1" });
  const [lane] = langfuse({ LANGFUSE_PUBLIC_KEY: "pk", LANGFUSE_SECRET_KEY: "sk" }, { version: "1" });
  assert.equal(lane.url, "https://cloud.langfuse.com/api/public/otel/v1/traces");
  const [ofOtel, ofLangfuse] = [traces, lane].map(({ body }) => spansOf(assertOtlp(body([call]))).map(({ attributes }) => plainAttributes(attributes)));
  assert.deepEqual(ofOtel.map((all) => [all["gen_ai.usage.cost"], all["switchman.cost"]]), [[0.25, undefined], [undefined, undefined], [undefined, 0.25]]);
  assert.equal(ofLangfuse[0]["langfuse.observation.cost_details"], '{"total":0.25}');
});

test("what is estimated of a cost is marked as such by every service, in its own way", LIMIT, async (t) => {
  const kit = await nodeKit();
  const { texts, env } = await listening(t);
  const rates = { input_cost_per_token: 1, output_cost_per_token: 10 };
  const params = { one: rates, two: rates };
  const config = { callbacks: ["otel", "langfuse", "helicone"] };
  const host = { env };
  // The loser of a race is booked with its prompt.
  const raced = mixed(kit, ["openai", "openai"], { params, host, one: { faults: [{ stall: "head" }] }, config: { ...config, hedging: { after_ms: 5 } } });
  const { _hidden_params: meta } = await raced.router.completion(CHAT);
  assert.ok(meta.estimated_cost > 0 && meta.estimated_cost < meta.response_cost);
  await raced.router.completion(CHAT);
  await raced.router.flush();
  const said = { otel: ["switchman.estimated_cost", "switchman.usage_estimated"], langfuse: ["estimated_cost", "usage_estimated"].map((name) => `langfuse.observation.metadata.${name}`) };
  const marks = () => {
    const spans = texts.filter(({ path }) => path.endsWith("/traces")).map(({ path, text }) => ({
      service: path.startsWith("/api/public") ? "langfuse" : "otel",
      spans: spansOf(assertOtlp(text)).map(({ attributes }) => plainAttributes(attributes)),
    }));
    const of = (service) => spans.filter((one) => one.service === service).flatMap((one) => one.spans);
    const told = (service) => of(service).filter((all) => "gen_ai.operation.name" in all && "switchman.attempts" in all).map((all) => said[service].map((name) => all[name]));
    const helicone = texts.filter(({ path }) => path.endsWith("/log")).map(({ text }) => JSON.parse(text).providerRequest.meta);
    return {
      otel: told("otel"),
      langfuse: told("langfuse"),
      helicone: helicone.map((one) => [one["Helicone-Property-Estimated-Cost"], one["Helicone-Property-Usage-Estimated"]]),
      attempts: of("otel").filter((all) => "switchman.cost" in all).map((all) => all["switchman.cost_estimated"]),
    };
  };
  const { estimated_cost } = meta;
  const plain = [undefined, undefined];
  assert.deepEqual(marks(), {
    otel: [[estimated_cost, undefined], plain],
    langfuse: [[estimated_cost, undefined], plain],
    helicone: [[String(estimated_cost), undefined], plain],
    attempts: [true, undefined, undefined],
  });

  texts.length = 0;
  const continued = mixed(kit, ["openai", "openai"], {
    params, host, one: { faults: [{ cut: { afterEvents: 4 } }] }, prefill: ["two"], config: { ...config, mid_stream: "continue" },
  });
  const stream = await continued.router.completion({ ...CHAT, stream: true, stream_options: { include_usage: true } });
  await stream.final();
  assert.equal(stream.meta.usage_source, "estimated");
  await continued.router.flush();
  const both = [stream.meta.estimated_cost, true];
  assert.deepEqual(marks(), { otel: [both], langfuse: [both], helicone: [both.map(String)], attempts: [true, undefined] });
});

test("a redirect is not followed: the keys stay where they were meant for", LIMIT, async (t) => {
  const kit = await nodeKit();
  const elsewhere = await listening(t);
  const { texts, env } = await listening(t, () => new Response(null, { status: 307, headers: { location: `${elsewhere.server.url}/v1/traces` } }));
  const { router } = kit.pair({ config: { callbacks: ["langfuse", "helicone", "otel"] }, host: { env } });
  await router.completion(CHAT);
  await router.flush();
  assert.deepEqual([texts.length, elsewhere.texts.length], [4, 0]);
  assert.deepEqual(router.snapshot().callbacks.map(({ dropped, last_error }) => [dropped, last_error]), new Array(4).fill([1, "307"]));
});

test("a worker tells in the time after its answers, in the trace of who asks", LIMIT, async (t) => {
  const kit = await nodeKit();
  const provider = kit.provider("one");
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  const texts = [];
  const outbound = async (request) => {
    if (!request.url.startsWith("https://collector.test/")) return fetchOf(provider)(request);
    texts.push({ url: request.url, text: await request.text(), headers: Object.fromEntries(request.headers) });
    if (texts.length === 2) tell();
    return new Response("{}");
  };
  const environment_variables = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.test", OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc" };
  const worker = await workerdWith(at("tests", "js", "workers", "gateway.js"), {
    bindings: { CONFIG: { model_list: [deployment("one")], callbacks: ["otel"], environment_variables }, HOST: { recordContent: true } },
    outbound,
  });
  t.after(() => worker.stop());
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const headers = { "content-type": "application/json", traceparent };
  const ask = (stream) => worker.fetch("/v1/chat/completions", post({ ...CHAT, stream }, { headers })).then((response) => response.text());
  await Promise.all([ask(false), ask(true)]);
  await told;
  const messages = texts.map(({ text }) => assertOtlp(text));
  assert.ok(texts.every(({ headers: own }) => own.authorization === "Bearer abc"));
  const calls = messages.filter((message) => "resourceSpans" in message).flatMap(spansOf).filter(({ name }) => name === `chat ${GROUP}`);
  assert.equal(calls.length, 2);
  for (const { traceId, parentSpanId, attributes } of calls) {
    assert.equal(`00-${traceId}-${parentSpanId}-01`, traceparent);
    assert.match(plainAttributes(attributes)["gen_ai.output.messages"], /"text"/);
  }
});

test("the example tells a collector, and its process ends", LIMIT, async (t) => {
  const { texts, env } = await listening(t);
  const folder = await mkdtemp(join(await packed(), "examples-"));
  t.after(() => rm(folder, { recursive: true }));
  await cp(at("examples", "callbacks"), join(folder, "callbacks"), { recursive: true });
  await cp(at("examples", "worker"), join(folder, "worker"), { recursive: true });
  const program = { cwd: at(), env: { ...process.env, ...env, OPENAI_API_KEY: "" } };
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "callbacks", "index.mjs")], program);
  assert.match(stdout, /^chat: answered in \d+ ms, 1 sends?$|^chat: answered in \d+ ms, 2 sends$/m);
  assert.deepEqual(texts.map(({ path }) => path).sort(), ["/v1/metrics", "/v1/traces"]);
  texts.forEach(({ text }) => assertOtlp(text));
});
