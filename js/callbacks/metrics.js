// Calls as metrics, by OpenTelemetry's conventions for generative AI.

import { kindOf, NOBODY } from "./kinds.js";
import { NANOS, text } from "./otlp.js";

/** The bounds that the conventions ask for. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);

const METRICS = [
  { name: "gen_ai.client.operation.duration", unit: "s", bounds: SECONDS },
  { name: "gen_ai.client.operation.time_to_first_chunk", unit: "s", bounds: SECONDS },
  { name: "gen_ai.client.token.usage", unit: "{token}", bounds: TOKENS },
];
const [DURATION, FIRST_CHUNK, USAGE] = METRICS;

/** So many series are told apart: models are named by callers, who may name anything. */
const MOST_SERIES = 1_000;

/** What stands for all further ones. */
const OVERFLOW = '{"key":"otel.metric.overflow","value":{"boolValue":true}}';

/** As OTLP numbers them. */
const DELTA = 1;
const CUMULATIVE = 2;

/** @typedef {{ count: number, sum: number, min: number, max: number, buckets: number[] }} Histogram */

/** What calls of one kind are counted in. @typedef {{ duration: Histogram, first: Histogram, input: Histogram, output: Histogram }} Counted */

/** Histograms of calls, from a moment on. */
export class Tally {
  /** By metric, then by attributes. @type {Map<typeof METRICS[number], Map<string, Histogram>>} */
  #series = new Map(METRICS.map((metric) => [metric, new Map()]));
  /** By deployment, then by kind: attributes are long, and need not be put together for each call. @type {WeakMap<object, Map<string, Counted>>} */
  #counted = new WeakMap();
  /** In epoch milliseconds. */
  #start = Infinity;
  #end = 0;

  /** @param {import("./call.js").Told} call */
  add(call) {
    const { start, end, firstMs, usage } = call;
    this.#start = Math.min(this.#start, start);
    this.#end = Math.max(this.#end, end);
    const counted = this.#of(call);
    record(counted.duration, SECONDS, (end - start) / 1_000);
    if (firstMs !== null) record(counted.first, SECONDS, firstMs / 1_000);
    if (usage === null) return;
    record(counted.input, TOKENS, usage.prompt_tokens);
    record(counted.output, TOKENS, usage.completion_tokens);
  }

  /** What a call is counted in. @param {import("./call.js").Told} call @returns {Counted} */
  #of(call) {
    const { facts, operation, model, error } = call;
    const place = facts ?? NOBODY;
    let kinds = this.#counted.get(place);
    if (!kinds) this.#counted.set(place, (kinds = new Map()));
    const key = `${operation} ${error} ${model}`;
    let counted = kinds.get(key);
    if (counted) return counted;
    const kind = kindOf(call).attributes;
    counted = {
      duration: this.#histogram(DURATION, error === null ? kind : `${kind},${text("error.type", error)}`),
      first: this.#histogram(FIRST_CHUNK, kind),
      input: this.#histogram(USAGE, `${kind},${text("gen_ai.token.type", "input")}`),
      output: this.#histogram(USAGE, `${kind},${text("gen_ai.token.type", "output")}`),
    };
    if (kinds.size >= MOST_SERIES) kinds.clear();
    kinds.set(key, counted);
    return counted;
  }

  /** @param {typeof METRICS[number]} metric @param {string} attributes @returns {Histogram} */
  #histogram(metric, attributes) {
    const series = /** @type {Map<string, Histogram>} */ (this.#series.get(metric));
    const key = series.has(attributes) || series.size < MOST_SERIES ? attributes : OVERFLOW;
    let histogram = series.get(key);
    if (!histogram) {
      histogram = { count: 0, sum: 0, min: Infinity, max: -Infinity, buckets: new Array(metric.bounds.length + 1).fill(0) };
      series.set(key, histogram);
    }
    return histogram;
  }

  /**
   * Writes the metrics.
   * @param {import("./otlp.js").Out} out
   * @param {boolean} isDelta whether they count since the last time, or since the beginning
   */
  write(out, isDelta) {
    let isFirst = true;
    for (const [{ name, unit, bounds }, series] of this.#series) {
      const used = [...series].filter(([, { count }]) => count > 0);
      if (used.length === 0) continue;
      const points = used.map(([attributes, histogram]) => this.#point(attributes, histogram, bounds)).join(",");
      const histogram = `{"dataPoints":[${points}],"aggregationTemporality":${isDelta ? DELTA : CUMULATIVE}}`;
      out.push(`${isFirst ? "" : ","}{"name":"${name}","unit":"${unit}","histogram":${histogram}}`);
      isFirst = false;
    }
  }

  /** @param {string} attributes @param {Histogram} histogram @param {number[]} bounds */
  #point(attributes, { count, sum, min, max, buckets }, bounds) {
    const counts = buckets.map((bucket) => `"${bucket}"`).join(",");
    return (
      `{"attributes":[${attributes}],"startTimeUnixNano":"${this.#start}${NANOS}","timeUnixNano":"${this.#end}${NANOS}",` +
      `"count":"${count}","sum":${sum},"bucketCounts":[${counts}],"explicitBounds":[${bounds.join(",")}],"min":${min},"max":${max}}`
    );
  }
}

/** @param {Histogram} histogram @param {number[]} bounds @param {number} value */
function record(histogram, bounds, value) {
  histogram.count += 1;
  histogram.sum += value;
  if (value < histogram.min) histogram.min = value;
  if (value > histogram.max) histogram.max = value;
  let bucket = 0;
  while (bucket < bounds.length && value > bounds[bucket]) bucket += 1;
  histogram.buckets[bucket] += 1;
}
