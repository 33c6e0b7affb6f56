/** Services that are told of calls, as `fetch` finds them, and a clock that only they and the router go by. Runs on every runtime. */

import { turn } from "./giving-up.js";

/** What each callback reads of the environment, with a mark in every key. */
export const ENV = {
  OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.test",
  OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20otel-marked-0123456789,x-tenant=a",
  OTEL_SERVICE_NAME: "shop",
  OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,service.name=not%20this",
  LANGFUSE_PUBLIC_KEY: "pk-lf-marked-0123456789",
  LANGFUSE_SECRET_KEY: "sk-lf-marked-0123456789",
  LANGFUSE_HOST: "https://langfuse.test/",
  LANGFUSE_TRACING_ENVIRONMENT: "test",
  HELICONE_API_KEY: "sk-helicone-marked-0123456789",
  HELICONE_API_BASE: "https://helicone.test",
};

/** The parts of keys that may be in a header of the service's own, and nowhere else. */
export const SERVICE_KEYS = ["otel-marked-0123456789", "sk-lf-marked-0123456789", "sk-helicone-marked-0123456789"];

/** Everything that was sent to services, and what they answer. */
export function services() {
  /** @type {{ url: string, headers: Record<string, string>, body: any, text: string, redirect: string }[]} */
  const sent = [];
  const script = [];
  return {
    sent,
    /** The next answers: statuses, responses, errors to be thrown, or functions that make one. */
    script: (...answers) => void script.push(...answers),
    /** What was sent to an address that ends so. */
    at: (end) => sent.filter(({ url }) => url.endsWith(end)),
    async fetch(url, { headers, body, redirect, signal }) {
      sent.push({ url, headers: { ...headers }, body: JSON.parse(body), text: body, redirect });
      const next = script.shift() ?? 200;
      const answer = typeof next === "function" ? await next(signal) : next;
      if (answer instanceof Error) throw answer;
      return typeof answer === "number" ? new Response("{}", { status: answer }) : answer;
    },
  };
}

/** Never answers. */
export const silent = () => new Promise(() => {});

/** The spans of messages to an OTLP endpoint, their attributes as plain values. */
export const spansIn = (messages) =>
  messages.flatMap(({ body }) => body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))).map(withPlain);

/** The points of the last message of metrics, by the metric's name. */
export function pointsIn(messages) {
  const metrics = messages.at(-1)?.body.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)) ?? [];
  return Object.fromEntries(metrics.map(({ name, histogram }) => [name, histogram.dataPoints.map(withPlain)]));
}

const withPlain = (item) => ({ ...item, attributes: plainAttributes(item.attributes) });

/** Attributes as an object. */
export const plainAttributes = (attributes) => Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));

function plainValue({ stringValue, intValue, doubleValue, boolValue, arrayValue }) {
  if (arrayValue) return arrayValue.values.map(plainValue);
  return stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue) : Number(intValue));
}

/** A clock that stands still until it is told to go on. */
export function pretendClock() {
  let at = 1_700_000_000_000;
  const sleepers = new Set();
  const settle = async () => {
    for (let round = 0; round < 5; round += 1) await turn();
  };
  return {
    now: () => at,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const sleeper = { at: at + ms, resolve };
        sleepers.add(sleeper);
        signal.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      });
    },
    /** Lets time pass, and what happens in it happen in order. */
    async pass(ms) {
      const until = at + ms;
      await settle();
      for (;;) {
        const due = [...sleepers].filter((sleeper) => sleeper.at <= until).sort((one, other) => one.at - other.at)[0];
        if (!due) break;
        at = Math.max(at, due.at);
        sleepers.delete(due);
        due.resolve();
        await settle();
      }
      at = until;
    },
  };
}
