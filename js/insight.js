// Looking inside a router: a choice without a call, the whole decision, the state of everything.

import { errorOf, internal } from "./errors.js";
import { nameOf, ruled } from "./aim.js";
import { tellKeys } from "./keys.js";
import { NOT_ASKED, namedFor } from "./rank.js";
import { split } from "./request.js";
import { tellSize, textOf } from "./tokens.js";
import { inWords } from "./words.js";

/** A promise is not waited for where the answer is due at once. */
const LATE = "getAvailableDeployment: `customRoutingStrategy` answers by a promise, and nobody waits for it here";

/**
 * Asks the core something that is no call.
 * @template T
 * @param {import("./hub.js").Hub} hub
 * @param {(core: any) => T} question
 * @param {{ steering?: any, body: any }} [look] the call that is asked about
 * @returns {T}
 */
function asked(hub, question, look) {
  try {
    // What is drawn needs the seed, and a strategy that only this call asks for may need prices.
    hub.prefix(hub.countsTokens || look?.steering?.routing_strategy !== undefined);
    if (look && hub.isKeyed) tellKeys(hub, look.body);
    if (look && hub.countsTokens) tellSize(hub, look.body, () => textOf(look.body), undefined);
    return question(hub.core);
  } catch (error) {
    hub.survive(error);
    throw internal(error);
  }
}

/** What the core wants to know of a request. The host is not asked about it, but the rules of the config count. */
function facts(hub, request, routerKeys, options) {
  const { body, steering } = split(request ?? {}, routerKeys, options);
  const named = nameOf(body);
  const model = asked(hub, () => ruled(hub, { model: named, metadata: steering?.metadata }, body));
  return { model, isStream: body.stream === true, steering, body };
}

/** Whom a call would be sent to now. */
export function available(hub, routerKeys, request, options) {
  const look = facts(hub, request, routerKeys, options);
  const { model, isStream, steering } = look;
  const named = asked(hub, () => namedFor(hub, look), look);
  if (named === undefined) throw new TypeError(LATE);
  const index = asked(hub, (core) => core.coreChoose(model, isStream, steering, ...named, hub.now()), look);
  if (index < 0) throw errorOf(hub.core.coreError(0));
  const { id, group, model_used, provider, model: name, api_base } = hub.deployment(index);
  return { id, model_group: group, model_used, provider, model: name, api_base };
}

/** What would become of a call. */
export function explained(hub, routerKeys, request, options) {
  const look = facts(hub, request, routerKeys, options);
  const { model, isStream, steering } = look;
  // A strategy that answers by a promise says nothing here.
  const named = asked(hub, () => namedFor(hub, look), look) ?? NOT_ASKED;
  const told = asked(hub, (core) => core.coreExplain(model, isStream, steering, ...named, hub.now()), look);
  if (told === "") throw errorOf(hub.core.coreError(0));
  return worded(JSON.parse(told));
}

/** With the same in words. */
export const worded = (told) => ({ ...told, text: inWords(told) });

/** Who is to be probed, and what is asked. */
export function due(hub, all, groups, ids) {
  const told = asked(hub, (core) => {
    // What a model is for may be known by the table alone.
    hub.prices.hand(core);
    return core.coreProbes(all, groups, ids, hub.now());
  });
  if (told === "") throw errorOf(hub.core.coreError(0));
  return JSON.parse(told);
}

/** Everything that the router knows. */
export function snapshot(hub, callbacks) {
  return asked(hub, (core) => {
    const told = JSON.parse(core.coreSnapshot(hub.now()));
    told.router.listener_failures = hub.events.failures;
    told.router.seed = core.coreSeedNumber() ?? null;
    told.callbacks = callbacks.stats();
    told.cache = { ...hub.answers.counts };
    return told;
  });
}

/** What has happened and how things stand, for Prometheus. */
export function metrics(hub) {
  return asked(hub, (core) => core.coreMetrics(hub.now()));
}

/** Notes that a deployment is well, or not. */
export function setHealth(hub, id, ok) {
  if (typeof ok !== "boolean") throw new TypeError("setHealth(id, ok): `ok` is true or false");
  const noted = asked(hub, (core) => core.coreSetHealth(String(id), ok, hub.now()));
  if (noted < 0) throw errorOf(hub.core.coreError(0));
  hub.events.note();
  hub.share();
}
