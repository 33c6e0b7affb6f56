/** OTLP/JSON, held against the definitions that OpenTelemetry generates from its protocol. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { at } from "../../../scripts/project.mjs";

const definitions = createRequire(import.meta.url)(at("node_modules", "@opentelemetry", "otlp-transformer", "build", "src", "generated", "root.js"));
const { trace, metrics } = definitions.opentelemetry.proto.collector;
const REQUESTS = { resourceSpans: trace.v1.ExportTraceServiceRequest, resourceMetrics: metrics.v1.ExportMetricsServiceRequest };

/** In JSON ids are hex, where the generated code takes base64. */
const IDS = new Set(["traceId", "spanId", "parentSpanId"]);

const mapIds = (value, map) => {
  if (Array.isArray(value)) return value.map((item) => mapIds(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, IDS.has(name) ? map(member) : mapIds(member, map)]));
};

/**
 * Fails unless a message is one of the protocol: it is put into the binary form and read again, and must be the same then.
 * What the protocol does not know would be gone.
 * @param {string} text
 */
export function assertOtlp(text) {
  const message = JSON.parse(text);
  const [kind, ...more] = Object.keys(message);
  assert.deepEqual(more, []);
  const definition = REQUESTS[kind];
  assert.ok(definition, `no message begins with ${kind}`);
  const toBase64 = (hex) => Buffer.from(hex, "hex").toString("base64");
  const binary = definition.encode(definition.fromObject(mapIds(message, toBase64))).finish();
  const again = definition.toObject(definition.decode(binary), { longs: String, bytes: String });
  assert.deepEqual(mapIds(again, (base64) => Buffer.from(base64, "base64").toString("hex")), message);
  return message;
}
