// Where a request is meant to go: the host's word on its model and its metadata, then the rules of the config. Before all
// else, for the response cache and the core are to know nothing of what the caller named first.

import { inTime } from "./ask.js";
import { errorOf } from "./errors.js";

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The model that a request names. @param {any} body */
export const nameOf = ({ model }) => (typeof model === "string" ? model : "");

/**
 * What the host and the rules make of a request that is an object, without the router's keys.
 * @param {import("./hub.js").Hub} hub
 * @param {{ body: Record<string, any>, steering?: Record<string, any> }} given
 */
export async function aim(hub, { body, steering }) {
  const { metadata: said, tags } = steering ?? {};
  const named = nameOf(body);
  const { model, metadata } = await aimed(hub, { model: named, metadata: said, request: () => ({ ...body, metadata: said, tags }) });
  return {
    body: model === named ? body : { ...body, model },
    steering: metadata === said ? steering : { ...steering, metadata },
  };
}

/**
 * What the host and the rules make of a request.
 * @param {import("./hub.js").Hub} hub
 * @param {{ model: string, metadata?: unknown, request: () => any }} asked `request` gives what the host sees
 * @returns {Promise<{ model: string, metadata?: unknown }>}
 */
export async function aimed(hub, { model, metadata, request }) {
  const aim = hub.beforeRoute ? await rewritten(hub, { model, metadata }, request()) : { model, metadata };
  return { ...aim, model: ruled(hub, aim, request()) };
}

async function rewritten(hub, asked, request) {
  const { value, failed } = await inTime(hub, () => hub.beforeRoute(request));
  const aim = failed ? undefined : aimIn(hub, value, asked);
  if (aim) return aim;
  hub.events.hookFailed("beforeRoute");
  if (!hub.core.coreHookFailed()) return asked;
  const error = errorOf(hub.core.coreError(0));
  hub.wire.set(error, hub.core.coreErrorBody(0));
  throw error;
}

/** What the host's word means; `undefined` where it may not say that, or throws when it is looked at. */
function aimIn({ core }, said, asked) {
  if (said === undefined || said === null) return asked;
  try {
    if (!isObject(said)) return undefined;
    const { model = asked.model, metadata = asked.metadata } = said;
    // Metadata that the core cannot read would go by without a word where its tags are what keeps a call in bounds.
    const isRight = said.metadata === undefined || metadata === null || (isObject(metadata) && core.coreIsData(metadata));
    return typeof model === "string" && isRight ? { model, metadata } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The model that the rules of the config name for a request, or its own.
 * @param {import("./hub.js").Hub} hub
 * @param {{ model: string, metadata?: unknown }} aim
 * @param {Record<string, any>} body
 * @returns {string}
 */
export function ruled({ core, ruleParams }, { model, metadata }, body) {
  if (!ruleParams) return model;
  /** @type {Record<string, unknown>} */
  const params = { model };
  for (const name of ruleParams) params[name] = body[name];
  return core.coreRuled(model, { metadata, params }) ?? model;
}
