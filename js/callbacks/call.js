// One call, as everybody is told of it.

import { CHAT } from "../codes.js";
import { contentOf } from "./content.js";

/** What a call takes up at most without its content, in bytes, as it waits and as it is written. */
const BYTES = 2_048;

/**
 * @typedef {object} Send one attempt
 * @property {string} spanId
 * @property {any} facts what is public of its deployment
 * @property {number} start in epoch milliseconds
 * @property {number} end
 * @property {number | undefined} first when its first content came
 * @property {number | null} status
 * @property {string | null} error the class
 * @property {number | null} cost in US dollars, where it is known
 * @property {boolean} isEstimate whether that is an estimate
 */

/**
 * @typedef {object} Told
 * @property {string} id the call's
 * @property {string} traceId
 * @property {string} spanId
 * @property {string | undefined} parentId the span that the call is a part of, if there is one
 * @property {boolean} isSampled whether it is to be traced, as who began the trace has decided
 * @property {"chat" | "embeddings"} operation
 * @property {string} model as the caller named it
 * @property {any} facts what is public of the deployment that answered, or was tried last; `null` if none was
 * @property {boolean} isStream
 * @property {number} start in epoch milliseconds
 * @property {number} end
 * @property {number | null} firstMs from the start to the first content of a stream
 * @property {number | null} status what the caller saw
 * @property {string | null} error the class
 * @property {any} usage
 * @property {boolean} isUsageEstimated whether some of that is an estimate
 * @property {number | null} cost in US dollars, where it is known
 * @property {number} estimated how much of that is an estimate
 * @property {boolean} isHit it was answered with an answer that was kept
 * @property {number} retries
 * @property {number} fallbacks
 * @property {Send[]} sends
 * @property {Said} said
 * @property {import("./content.js").Content | undefined} content what was said in it, where that is recorded
 * @property {number} bytes what it takes up
 */

/**
 * What a program said about a call.
 * @typedef {{ traceName?: string, sessionId?: string, userId?: string, tags: string[] }} Said
 */

/**
 * @param {import("../callbacks.js").Over} over
 * @returns {Told}
 */
export function told({ report, plan, fault }) {
  const { attempts, times: of, latency } = report;
  const { about } = plan;
  // Whole ones: a host's clock may tell parts of a millisecond, and what is told of are nanoseconds without a point.
  const started = Math.floor(plan.started);
  const parent = parentOf(about);
  const recording = about?.recording;
  const written = recording ? (recording.request?.length ?? 0) + (recording.whole?.length ?? recording.length) : 0;
  return {
    id: report.call_id ?? "",
    traceId: parent?.traceId ?? traceIdOf(about) ?? random(16),
    spanId: random(8),
    parentId: parent?.spanId,
    isSampled: parent?.isSampled ?? true,
    operation: plan.surface === CHAT ? "chat" : "embeddings",
    model: report.requested_model ?? "",
    facts: report.deployment,
    isStream: plan.isStream,
    start: started,
    end: started + Math.ceil(latency.total_ms),
    firstMs: plan.isStream ? latency.first_token_ms : null,
    status: fault ? fault.status : (attempts[report.answering]?.status ?? (report.cache_hit ? 200 : null)),
    error: fault ? fault.class : null,
    usage: report.usage,
    isUsageEstimated: report.isUsageEstimated === true,
    cost: report.response_cost ?? null,
    estimated: report.estimated_cost ?? 0,
    isHit: report.cache_hit === true,
    retries: report.attempted_retries,
    fallbacks: report.attempted_fallbacks,
    sends: attempts.map(({ ms, status, error, cost, cost_estimated }, index) => {
      const { facts, start, first } = of[index];
      const at = started + start;
      const times = { start: at, end: at + ms, first: first < 0 ? undefined : started + first };
      return { spanId: random(8), facts, ...times, status, error, cost: cost ?? null, isEstimate: cost_estimated === true };
    }),
    said: saidIn(about),
    content: contentOf(recording),
    bytes: BYTES + written,
  };
}

/** @type {Said} */
const NOTHING_SAID = { tags: [] };

/** What LiteLLM's users write into `metadata`. @param {import("../callbacks.js").About | undefined} about @returns {Said} */
function saidIn(about) {
  if (!about) return NOTHING_SAID;
  const { metadata: { trace_name, generation_name, session_id, trace_user_id, user_id, tags } = /** @type {any} */ ({}) } = about;
  return {
    traceName: text(trace_name) ?? text(generation_name),
    sessionId: text(session_id) ?? text(about.sessionId),
    userId: text(trace_user_id) ?? text(user_id),
    tags: [tags, about.tags].flat().filter((tag) => text(tag) !== undefined),
  };
}

const text = (value) => (typeof value === "string" && value !== "" ? value : undefined);

/** The span that the call is a part of: `traceparent` of the W3C's trace context. */
function parentOf(about) {
  const given = text(about?.traceparent) ?? text(about?.metadata?.traceparent);
  const match = given && /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-|$)/.exec(given);
  if (!match) return undefined;
  return { traceId: match[1], spanId: match[2], isSampled: (Number.parseInt(match[3], 16) & 1) === 1 };
}

/** A trace that the program names itself: 32 hex digits, with the hyphens of a UUID or without. */
function traceIdOf(about) {
  const given = text(about?.metadata?.trace_id)?.replaceAll("-", "").toLowerCase();
  return given && /^(?!0{32})[\da-f]{32}$/.test(given) ? given : undefined;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Random bytes that nobody has used: the host's entropy costs more by the draw than by the byte. */
const pool = new Uint8Array(2_048);
let used = pool.length;

/** So many random bytes, as hex. Not to be called at module scope, where Workers have no entropy. @param {number} count */
export function random(count) {
  if (used + count > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let hex = "";
  for (const end = used + count; used < end; used += 1) hex += HEX[pool[used]];
  return hex;
}
