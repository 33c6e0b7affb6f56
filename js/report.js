// Everything that is told of a call that is over.

import { costsOfCall } from "./costs.js";
import { isUsageEstimated, usageOf } from "./usage.js";

/**
 * Reads it out of the core, which must still know the call.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./drive.js").Call} call
 * @param {string[]} costNames the parts of a cost, in the order of the core's numbers
 */
export function reportOf(hub, call, costNames) {
  const { core, id } = call;
  const total_ms = hub.now() - call.plan.started;
  const costs = core.coreCosts(id);
  const attempts = hub.attempts(call, costs);
  const shown = attempts.map((_, index) => core.coreFirstTokenMs(id, index));
  const models_used = attempts.filter((_, index) => shown[index] >= 0).map((attempt) => attempt.model_used);
  const first = shown.find((ms) => ms >= 0) ?? -1;
  const answering = core.coreAnswering(id);
  const { call_id, deployment, attempted_retries, attempted_fallbacks } = hub.brief(call, costs[0]);
  return {
    call_id,
    deployment,
    attempted_retries,
    attempted_fallbacks,
    requested_model: call.plan.model ?? core.coreRequested(id),
    attempts,
    answering,
    models_used: models_used.length > 0 ? models_used : attempts.slice(answering, answering + 1).map((attempt) => attempt.model_used),
    usage: usageOf(call),
    isUsageEstimated: isUsageEstimated(call),
    ...costsOfCall(costs, costNames),
    latency: { total_ms, first_token_ms: first < 0 ? null : first },
    skipped_events: call.skippedEvents + core.coreSkipped(id),
    decision: call.plan.explains ? hub.decision(call) : undefined,
    trial: hub.isKeyed ? core.coreTrial(id) : undefined,
  };
}
