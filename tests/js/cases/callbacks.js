/** What OpenTelemetry, Langfuse and Helicone are told of calls: shapes, keys, and which calls. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, all, deployment, fetchOf, post, rejection } from "../support/kit.js";
import { ENV, plainAttributes, pointsIn, services, spansIn } from "../support/services.js";

export const callbacks = {};

/** One group of two deployments, whose calls are told. */
function told(kit, config, { env, host, ...options } = {}) {
  const service = services();
  const all = { config, host: { env: { ...ENV, ...env }, callbackFetch: service.fetch, ...host }, ...options };
  const { router, one, two } = kit.pair(all);
  assert.deepEqual(router.notices, []);
  return { router, one, two, service };
}

const TRACES = "/v1/traces";
const METRICS = "/v1/metrics";

callbacks["what was collected for who is not named any more is still told by a flush"] = async (kit) => {
  const { router, service } = told(kit, { callbacks: ["otel"] });
  await router.completion(CHAT);
  await router.flush();
  await router.completion(CHAT);
  router.updateSettings({ callbacks: [] });
  await router.flush();
  assert.equal(spansIn(service.at(TRACES)).length, 4);
};

callbacks["a call's own waitUntil is given a promise that its call has been told"] = async (kit) => {
  const { router, one, service } = told(kit, { callbacks: ["otel"] }, { host: { waitUntil: () => assert.fail("the host's is not needed") } });
  const given = [];
  const waitUntil = (promise) => given.push(promise);
  await router.completion(CHAT, { waitUntil });
  assert.equal(given.length, 1);
  await given[0];
  assert.equal(spansIn(service.at(TRACES)).length, 2);
  one.setFaults({ status: 400 });
  await rejection(router.completion(CHAT, { waitUntil }));
  await given[1];
  assert.equal(spansIn(service.at(TRACES)).length, 4);
  const stream = await router.completion({ ...CHAT, stream: true }, { waitUntil: () => { throw new Error("the request is over"); } }).catch((error) => error);
  assert.equal(stream.status, 400);
  await assert.rejects(router.completion(CHAT, { waitUntil: 7 }), new TypeError("waitUntil: expected a function"));
};

callbacks["otel: times are whole nanoseconds, by whatever clock"] = async (kit) => {
  let ms = 1_700_000_000_000.25;
  const { router, service } = told(kit, { callbacks: ["otel"] }, { host: { now: () => (ms += 0.7) } });
  await all(await router.completion({ ...CHAT, stream: true }));
  await router.flush();
  const written = JSON.stringify([TRACES, METRICS].map((path) => service.at(path)));
  const times = [...written.matchAll(/"(?:\w*[tT]imeUnixNano)":"([^"]*)"/g)].map(([, time]) => time);
  assert.ok(times.length > 6, written);
  for (const time of times) assert.match(time, /^17000000000\d\d000000$/);
};

callbacks["otel: a call is a client's span, and each attempt a child of it"] = async (kit) => {
  const { router, one, service } = told(kit, { success_callback: ["otel"] });
  one.script({ status: 429 });
  const answer = await router.completion(CHAT);
  await router.flush();
  const [message] = service.at(TRACES);
  assert.equal(message.url, "https://collector.test/v1/traces");
  assert.deepEqual(message.headers, { authorization: "Bearer otel-marked-0123456789", "x-tenant": "a", "content-type": "application/json" });
  assert.equal(message.redirect, "manual");
  const [call, first, second, ...more] = spansIn([message]);
  assert.deepEqual(more, []);
  assert.deepEqual([call.name, call.kind, call.parentSpanId, call.status], [`chat ${GROUP}`, 3, undefined, undefined]);
  const { prompt_tokens, completion_tokens } = answer.usage;
  assert.deepEqual(call.attributes, {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.system": "openai",
    "gen_ai.request.model": GROUP,
    "gen_ai.response.model": "model-two",
    "gen_ai.usage.input_tokens": prompt_tokens,
    "gen_ai.usage.output_tokens": completion_tokens,
    "server.address": "two.test",
    "server.port": 443,
    "switchman.call_id": answer._hidden_params.call_id,
    "switchman.model_group": GROUP,
    "switchman.attempts": 2,
    "switchman.retries": 1,
  });
  assert.deepEqual([first, second].map(({ name, parentSpanId, traceId }) => [name, parentSpanId, traceId]), [
    ["attempt openai/model-one", call.spanId, call.traceId],
    ["attempt openai/model-two", call.spanId, call.traceId],
  ]);
  const { "server.address": address, "error.type": error, "http.response.status_code": status } = first.attributes;
  assert.deepEqual([address, error, status, first.status.code], ["one.test", "RateLimitError", 429, 2]);
  assert.equal(second.attributes["http.response.status_code"], 200);
  const ids = [call, first, second].map(({ spanId }) => spanId);
  assert.equal(new Set(ids).size, 3);
  for (const { spanId, traceId, startTimeUnixNano, endTimeUnixNano } of [call, first, second]) {
    assert.match(spanId, /^[\da-f]{16}$/);
    assert.match(traceId, /^[\da-f]{32}$/);
    assert.ok(BigInt(call.startTimeUnixNano) <= BigInt(startTimeUnixNano) && BigInt(startTimeUnixNano) <= BigInt(endTimeUnixNano));
    assert.ok(BigInt(endTimeUnixNano) <= BigInt(call.endTimeUnixNano));
  }
  const { attributes } = message.body.resourceSpans[0].resource;
  const { "service.instance.id": instance, "telemetry.sdk.version": version, ...resource } = plainAttributes(attributes);
  assert.match(instance, /^[\da-f]{32}$/);
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(resource, {
    "service.name": "shop",
    "deployment.environment.name": "test",
    "telemetry.sdk.name": "switchman",
    "telemetry.sdk.language": "webjs",
  });
};

callbacks["otel: metrics count calls since the beginning, by model and by error"] = async (kit) => {
  const { router, one, two, service } = told(kit, { callbacks: ["otel"], num_retries: 0, disable_cooldowns: true });
  const first = await router.completion(CHAT);
  await router.flush();
  await router.completion({ ...CHAT, stream: true }).then((stream) => stream.final());
  one.script({ status: 500 });
  two.script({ status: 500 });
  await rejection(router.completion(CHAT));
  await router.flush();
  const points = pointsIn(service.at(METRICS));
  const durations = points["gen_ai.client.operation.duration"];
  assert.deepEqual(durations.map(({ count, attributes }) => [count, attributes["error.type"]]), [["2", undefined], ["1", "InternalServerError"]]);
  assert.equal(points["gen_ai.client.operation.time_to_first_chunk"][0].count, "1");
  const usage = points["gen_ai.client.token.usage"];
  assert.deepEqual(usage.map(({ count, attributes }) => [count, attributes["gen_ai.token.type"]]), [["2", "input"], ["2", "output"]]);
  assert.ok(usage[0].sum >= first.usage.prompt_tokens);
  for (const { count, sum, min, max, bucketCounts, explicitBounds } of [...durations, ...usage]) {
    assert.equal(bucketCounts.length, explicitBounds.length + 1);
    assert.equal(bucketCounts.reduce((all, bucket) => all + Number(bucket), 0), Number(count));
    assert.ok(min <= max && max <= sum);
  }
  assert.equal(service.at(METRICS)[0].body.resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.aggregationTemporality, 2);
};

callbacks["otel: the environment decides where signals go, and how metrics count"] = async (kit) => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.test/base/v1/traces/",
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://metrics.test/here",
    OTEL_EXPORTER_OTLP_METRICS_HEADERS: "x-own=1",
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
  };
  const { router, service } = told(kit, { callbacks: ["otel"] }, { env });
  await router.completion(CHAT);
  await router.flush();
  await router.completion(CHAT);
  await router.flush();
  assert.deepEqual(service.sent.map(({ url }) => url).sort(), [
    ...["https://collector.test/base/v1/traces", "https://collector.test/base/v1/traces"],
    ...["https://metrics.test/here", "https://metrics.test/here"],
  ]);
  const metrics = service.at("/here");
  assert.deepEqual(metrics[0].headers, { "x-own": "1", "content-type": "application/json" });
  assert.equal(metrics[1].body.resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.aggregationTemporality, 1);
  assert.equal(pointsIn(metrics)["gen_ai.client.operation.duration"][0].count, "1");
  for (const [more, urls] of [
    [{ OTEL_METRICS_EXPORTER: "none" }, ["https://collector.test/v1/traces"]],
    [{ OTEL_TRACES_EXPORTER: "none" }, ["https://collector.test/v1/metrics"]],
    [{ OTEL_SDK_DISABLED: "true" }, []],
  ]) {
    const other = told(kit, { callbacks: ["otel"] }, { env: more });
    await other.router.completion(CHAT);
    await other.router.flush();
    assert.deepEqual(other.service.sent.map(({ url }) => url), urls);
  }
};

callbacks["langfuse: a call is a generation, with what Langfuse calls its parts"] = async (kit) => {
  const { router, one, service } = told(kit, { success_callback: ["langfuse"] });
  one.script({ status: 500 });
  const metadata = { trace_name: "checkout", session_id: "s-1", trace_user_id: "u-1", tags: ["a", 7], trace_id: "0123456789ABCDEF-0123456789abcdef", secret: "no" };
  const stream = await router.completion({ ...CHAT, stream: true, metadata, tags: ["b"] });
  const { usage } = await stream.final();
  await router.flush();
  assert.equal(service.sent.length, 1);
  const [message] = service.sent;
  assert.equal(message.url, "https://langfuse.test/api/public/otel/v1/traces");
  const { "x-langfuse-sdk-version": version, ...headers } = message.headers;
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(headers, {
    authorization: `Basic ${btoa(`${ENV.LANGFUSE_PUBLIC_KEY}:${ENV.LANGFUSE_SECRET_KEY}`)}`,
    "content-type": "application/json",
    "x-langfuse-ingestion-version": "4",
    "x-langfuse-sdk-name": "switchman",
  });
  const [call, ...attempts] = spansIn([message]);
  assert.equal(call.traceId, "0123456789abcdef0123456789abcdef");
  const { attributes } = call;
  assert.deepEqual(JSON.parse(attributes["langfuse.observation.usage_details"]), {
    input: usage.prompt_tokens, output: usage.completion_tokens, total: usage.total_tokens,
  });
  const started = attributes["langfuse.observation.completion_start_time"];
  assert.equal(new Date(started).toISOString(), started);
  const trace = {
    "langfuse.trace.name": "checkout", "langfuse.session.id": "s-1", "langfuse.user.id": "u-1",
    "langfuse.trace.tags": ["a", "b"], "langfuse.environment": "test",
  };
  const picked = (span, names) => Object.fromEntries(names.map((name) => [name, span.attributes[name]]));
  for (const span of [call, ...attempts]) assert.deepEqual(picked(span, Object.keys(trace)), trace);
  assert.equal(attributes["langfuse.observation.type"], "generation");
  assert.equal(attributes["langfuse.observation.model.name"], "model-two");
  assert.deepEqual(attempts.map(({ attributes: own }) => [own["langfuse.observation.type"], own["gen_ai.usage.input_tokens"]]), [["span", undefined], ["span", undefined]]);
  assert.ok(!message.text.includes("langfuse.observation.input") && !message.text.includes('"no"'));
};

callbacks["helicone: a message for each call, with its times, its usage and its error"] = async (kit) => {
  const { router, one, two, service } = told(kit, { callbacks: ["helicone"], num_retries: 0, disable_cooldowns: true });
  const metadata = { session_id: "s 1", trace_user_id: "ü" };
  const { usage, _hidden_params } = await router.completion({ ...CHAT, metadata });
  one.script({ status: 503 });
  two.script({ status: 503 });
  await rejection(router.completion(CHAT));
  await router.flush();
  assert.deepEqual(service.sent.map(({ url, headers }) => [url, headers]), new Array(2).fill([
    "https://helicone.test/custom/v1/log",
    { authorization: `Bearer ${ENV.HELICONE_API_KEY}`, "content-type": "application/json" },
  ]));
  const [{ providerRequest, providerResponse, timing }, failed] = service.sent.map(({ body }) => body);
  assert.deepEqual(providerRequest, {
    url: "custom-model-nopath",
    json: { model: "model-one", stream: false, messages: [] },
    meta: {
      "Helicone-Property-Call-Id": _hidden_params.call_id,
      "Helicone-Property-Requested-Model": GROUP,
      "Helicone-Property-Provider": "openai",
      "Helicone-Property-Deployment": "one",
      "Helicone-Property-Retries": "0",
      "Helicone-Property-Fallbacks": "0",
      "Helicone-Session-Id": "s%201",
      "Helicone-User-Id": "%C3%BC",
    },
  });
  assert.deepEqual([providerResponse.status, providerResponse.json.choices], [200, []]);
  assert.equal(providerResponse.json.usage.total_tokens, usage.total_tokens);
  for (const { seconds, milliseconds } of [timing.startTime, timing.endTime]) {
    assert.ok(Number.isInteger(seconds) && Number.isInteger(milliseconds) && milliseconds < 1_000);
  }
  assert.deepEqual([failed.providerResponse.status, failed.providerResponse.json], [503, { error: { type: "ServiceUnavailableError" } }]);
};

callbacks["who is told of answers hears of no failure, and the other way round"] = async (kit) => {
  const { router, one, two, service } = told(kit, { success_callback: ["langfuse"], failure_callback: ["helicone"], num_retries: 0, disable_cooldowns: true });
  await router.completion(CHAT);
  await router.flush();
  assert.deepEqual(service.sent.map(({ url }) => new URL(url).hostname), ["langfuse.test"]);
  one.script({ status: 500 });
  two.script({ status: 500 });
  await rejection(router.completion(CHAT));
  await rejection(router.completion({ ...CHAT, model: "nothing" }));
  const controller = new AbortController();
  const left = await router.completion({ ...CHAT, stream: true }, { signal: controller.signal });
  controller.abort();
  await rejection(left.final());
  await router.flush();
  const failures = service.sent.slice(1).map(({ url, body }) => [new URL(url).hostname, body.providerResponse.json.error.type]);
  assert.deepEqual(failures, [["helicone.test", "InternalServerError"], ["helicone.test", "NotFoundError"], ["helicone.test", "AbortError"]]);
};

callbacks["a call over fetch, its stream and an embedding are told like any other"] = async (kit) => {
  const { router, service } = told(kit, { callbacks: ["otel"] });
  await (await router.fetch(CHAT_URL, post(CHAT))).json();
  await (await router.fetch(CHAT_URL, post({ ...CHAT, stream: true, stream_options: { include_usage: true } }))).text();
  await router.embedding({ model: GROUP, input: "a" });
  await router.flush();
  const calls = spansIn(service.at(TRACES)).filter(({ attributes }) => "gen_ai.operation.name" in attributes);
  assert.deepEqual(calls.map(({ name }) => name), [`chat ${GROUP}`, `chat ${GROUP}`, `embeddings ${GROUP}`]);
  assert.deepEqual(calls.map(({ attributes }) => attributes["gen_ai.request.stream"] ?? false), [false, true, false]);
  assert.ok(calls[1].attributes["gen_ai.response.time_to_first_chunk"] >= 0);
  assert.ok(calls.every(({ attributes }) => attributes["gen_ai.usage.input_tokens"] > 0));
  const attempts = spansIn(service.at(TRACES)).filter(({ events }) => events);
  assert.deepEqual(attempts.map(({ events }) => events.map(({ name }) => name)), [["first_token"]]);
};

callbacks["a call is a part of the trace that its caller names"] = async (kit) => {
  const [traceId, parentId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
  const { router, service } = told(kit, { callbacks: ["otel"] });
  const over = (traceparent) => router.fetch(CHAT_URL, post(CHAT, { headers: { "content-type": "application/json", traceparent } })).then((reply) => reply.json());
  await over(`00-${traceId}-${parentId}-01`);
  await router.completion({ ...CHAT, metadata: { traceparent: `00-${traceId}-${parentId}-01` } });
  await router.flush();
  const calls = () => spansIn(service.at(TRACES)).filter(({ kind, attributes }) => kind === 3 && "gen_ai.operation.name" in attributes);
  assert.deepEqual(calls().map((span) => [span.traceId, span.parentSpanId]), [[traceId, parentId], [traceId, parentId]]);
  // Who began the trace does not record it.
  await over(`00-${traceId}-${parentId}-00`);
  await router.flush();
  assert.equal(calls().length, 2);
  assert.equal(pointsIn(service.at(METRICS))["gen_ai.client.operation.duration"][0].count, "3");
  for (const wrong of ["", "x", `00-${"0".repeat(32)}-${parentId}-01`, `ff-${traceId}-${parentId}-01`, `00-${traceId}-${parentId}`]) {
    await over(wrong);
    await router.flush();
    assert.deepEqual([calls().at(-1).parentSpanId, calls().at(-1).traceId === traceId], [undefined, false], wrong);
  }
};

callbacks["callbacks are put on and taken off while calls run"] = async (kit) => {
  const service = services();
  const { router } = kit.single({ host: { env: ENV, callbackFetch: service.fetch } });
  const once = async () => {
    await router.completion(CHAT);
    await router.flush();
    return service.sent.splice(0).map(({ url }) => new URL(url).hostname);
  };
  assert.deepEqual([await once(), router.snapshot().callbacks], [[], []]);
  router.updateSettings({ callbacks: ["langfuse"] });
  assert.deepEqual(router.getSettings().callbacks, ["langfuse"]);
  assert.deepEqual(await once(), ["langfuse.test"]);
  router.addDeployment(deployment("late", { weight: 0 }));
  router.updateSettings({ callbacks: [], failure_callback: ["langfuse"], success_callback: ["helicone"] });
  assert.deepEqual(await once(), ["helicone.test"]);
  const [langfuse, helicone] = router.snapshot().callbacks;
  assert.deepEqual([langfuse.name, langfuse.delivered, helicone.name, helicone.delivered], ["langfuse", 1, "helicone", 1]);
  router.updateSettings({ failure_callback: [], success_callback: [] });
  assert.deepEqual(await once(), []);
};

callbacks["functions of the host are told every event"] = async (kit) => {
  const told = [];
  const { router } = kit.single({ host: { callbacks: [({ type }) => told.push(type)] } });
  await router.completion(CHAT);
  assert.deepEqual([told.length, told.at(-1)], [5, "request_end"]);
  for (const [name, value, message] of [
    ["recordContent", 1, "expected a boolean"],
    ["callbackFetch", {}, "expected a function"],
  ]) {
    assert.throws(() => new kit.Router({ model_list: [deployment("one")] }, { [name]: value, fetch: fetchOf() }), (error) => {
      assert.deepEqual(error.problems, [{ path: `host.${name}`, message }]);
      return true;
    });
  }
};

callbacks["a call that traps is told as one that has failed, and the next ones go on"] = async (kit) => {
  const { router, service } = told(kit, { callbacks: ["otel"] });
  await router.completion(CHAT);
  kit.trapped();
  // No address of the linear memory: the next look at it is a trap.
  router.__wbg_ptr = 0x7fff_fff0;
  await rejection(router.completion(CHAT));
  await router.completion(CHAT);
  await router.flush();
  const calls = spansIn(service.at(TRACES)).filter(({ attributes }) => "gen_ai.operation.name" in attributes);
  const errors = calls.map(({ attributes }) => attributes["error.type"]);
  // One that never began, because the trap came first, is no call.
  assert.deepEqual(errors.filter((error) => error === undefined).length, 2);
  assert.ok(errors.every((error) => error === undefined || error === "InternalError"), errors.join());
};

callbacks["of a stream over fetch that meets a trap nothing is told that was true of its headers"] = async (kit) => {
  const { router, service } = told(kit, { callbacks: ["otel"] }, { one: { chunkDelayMs: 20 }, two: { chunkDelayMs: 20 } });
  const response = await router.fetch(CHAT_URL, post({ ...CHAT, stream: true }));
  const { router: other } = kit.single();
  kit.trapped();
  other.__wbg_ptr = 0x7fff_fff0;
  await rejection(other.completion(CHAT));
  await response.text();
  await router.flush();
  const spans = spansIn(service.at(TRACES));
  assert.deepEqual(spans.map(({ attributes }) => attributes["error.type"]), ["InternalError"]);
};
