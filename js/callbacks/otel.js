// OpenTelemetry: traces and metrics, as OTLP/JSON over HTTP, to where the usual variables of the environment say.

import { random } from "./call.js";
import { Tally } from "./metrics.js";
import { exportOf, pairsIn, text } from "./otlp.js";
import { writeSpans } from "./spans.js";

/** So many calls are told at once. */
const MOST = 256;

/** What counts on need not be told often: once in so many milliseconds. */
const METRICS_MS = 10_000;

/** @param {Record<string, string>} env @param {{ version: string }} product @returns {import("./outlets.js").Lane[]} */
export function otel(env, { version }) {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return [];
  const resource = resourceOf(env, version);
  const lanes = [];
  const traces = addressOf(env, "TRACES");
  if (traces !== undefined) {
    lanes.push({
      ...traces,
      signal: "traces",
      most: MOST,
      takes: ({ isSampled }) => isSampled,
      body: (calls) => exportOf("Spans", resource(), version, (out) => writeSpans(out, calls)),
    });
  }
  const metrics = addressOf(env, "METRICS");
  if (metrics !== undefined) lanes.push({ ...metrics, signal: "metrics", most: MOST, ...counting(env, resource, version) });
  return lanes;
}

/**
 * Where a signal goes, and with what headers; `undefined` if it goes nowhere.
 * @param {Record<string, string>} env
 * @param {"TRACES" | "METRICS"} signal
 */
function addressOf(env, signal) {
  if (env[`OTEL_${signal}_EXPORTER`] === "none") return undefined;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_ENDPOINT;
  // A base that names a signal already, as people write it, is meant for all of them.
  const joined = base && `${base.replace(/(\/v1\/(traces|metrics))?\/*$/, "")}/v1/${signal.toLowerCase()}`;
  const url = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] ?? joined;
  if (!url) return undefined;
  const headers = pairsIn(env[`OTEL_EXPORTER_OTLP_${signal}_HEADERS`] ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? env.OTEL_HEADERS);
  return { url, headers: { ...headers, "content-type": "application/json" } };
}

/**
 * Who tells: its name, and what the environment says of it. Each router is an instance of its own, whose number is drawn
 * when it is first needed.
 */
function resourceOf(env, version) {
  let known = "";
  return () => (known ||= Object.entries({
    "telemetry.sdk.name": "switchman",
    "telemetry.sdk.language": "webjs",
    "telemetry.sdk.version": version,
    "service.name": "switchman",
    "service.instance.id": random(16),
    ...pairsIn(env.OTEL_RESOURCE_ATTRIBUTES),
    ...(env.OTEL_SERVICE_NAME && { "service.name": env.OTEL_SERVICE_NAME }),
  }).map(([key, value]) => text(key, value)).join(","));
}

/**
 * Counts since the beginning, which lose nothing when a message is lost; or, if the environment asks for it, since the last
 * message.
 */
function counting(env, resource, version) {
  const isDelta = /^(delta|lowmemory)$/i.test(env.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE ?? "");
  const written = (tally) => exportOf("Metrics", resource(), version, (out) => tally.write(out, isDelta));
  if (isDelta) {
    return {
      body(calls) {
        const tally = new Tally();
        calls.forEach((call) => tally.add(call));
        return written(tally);
      },
    };
  }
  const all = new Tally();
  const takes = (call) => {
    all.add(call);
    return true;
  };
  return { sums: true, everyMs: METRICS_MS, takes, body: () => written(all) };
}
