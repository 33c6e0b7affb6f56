// A call's way to the response cache, before it begins. Loaded by the first call that may use it; nothing in this folder
// takes anything from the rest of the facade, so that bundlers can leave it a file of its own.

import { Cache, digest, keyOf } from "./cache.js";
import { bodyText, objectText } from "./canonical.js";
import { Kept } from "./kept.js";

const CHAT = 1;

/** The answers of one router. */
export class Look {
  #hub;
  #counts;
  #cache;
  #scopeOf;
  #headerValue;
  #bodyKeys;
  /** Hashes of what decides the answers of targets, as long as their numbers mean the same.
   * @type {{ core: any, version: number, hashes: Map<number, string> }} */
  #scopes = { core: undefined, version: -1, hashes: new Map() };

  /**
   * @param {import("../hub.js").Hub} hub
   * @param {{ given: any, counts: any, scopeOf: any, headerValue: (text: string) => string, bodyKeys: Set<string> }} more
   */
  constructor(hub, { given, counts, scopeOf, headerValue, bodyKeys }) {
    this.#hub = hub;
    this.#counts = counts;
    this.#cache = new Cache(given, counts, hub);
    this.#scopeOf = scopeOf;
    this.#headerValue = headerValue;
    this.#bodyKeys = bodyKeys;
  }

  /** Looks for the answer to a request that is an object, without the router's keys. @param {any} call */
  ofObject({ body, ...call }) {
    const { surface, model, isStream, steering } = call;
    const rule = (core) => core.coreCacheRule(surface, model, isStream, steering);
    return this.#look({ ...call, rule, kind: "chunks", request: () => objectText(body, surface === CHAT) });
  }

  /** Looks for the answer to a body that came over `fetch`. @param {any} call */
  ofBody({ body, scan, tenant, headers, ...call }) {
    const { surface } = call;
    const rule = (core) => {
      scan();
      const found = core.coreCacheRuleScanned(surface);
      return found && { ...found, tenant: tenant ?? null };
    };
    // The only header of a caller's that goes on and may change an answer.
    const beta = headers?.["openai-beta"] ?? null;
    return this.#look({ ...call, rule, beta, kind: "sse", request: () => bodyText(body, this.#bodyKeys, surface === CHAT) });
  }

  /** @returns {Promise<Kept | undefined>} `undefined` if the cache may do nothing for the call */
  async #look({ surface, rule: ruleOf, request: textOf, kind: streamed, beta = null, signal, about, started }) {
    const hub = this.#hub;
    try {
      const { core } = hub;
      const rule = ruleOf(core);
      const request = rule && asText(textOf);
      if (!request) return undefined;
      const version = core.coreVersion();
      const kind = rule.isStream ? streamed : "json";
      const scope = await this.#scope(core, version, rule.target);
      const parts = [surface, kind, scope, rule.variant, rule.tenant, rule.namespace, beta];
      const key = await keyOf(rule.prefix, parts, request);
      const outlive = (promise) => hub.outlive(promise);
      const kept = new Kept({ cache: this.#cache, key, kind, rule, core, version, outlive });
      if (!rule.lookup) return kept;
      const list = surface === CHAT ? "choices" : "data";
      const entry = await this.#cache.find(key, { kind, list, maxAge: rule.maxAge, signal });
      if (!entry) this.#counts.misses += 1;
      // Who has given up is told so by the call itself.
      else if (!signal?.aborted) this.#hit(kept, entry, { surface, rule, about, started });
      return kept;
    } catch (error) {
      this.#counts.failures += 1;
      hub.survive(error);
      return undefined;
    }
  }

  /** The hash of what decides the answers of a target. Nothing else is ever made of that. */
  async #scope(core, version, target) {
    if (this.#scopes.core !== core || this.#scopes.version !== version) this.#scopes = { core, version, hashes: new Map() };
    const { hashes } = this.#scopes;
    const known = hashes.get(target);
    if (known !== undefined) return known;
    const made = await digest(this.#scopeOf.call(core, target));
    hashes.set(target, made);
    return made;
  }

  #hit(kept, entry, { surface, rule, about, started }) {
    const hub = this.#hub;
    const headerValue = this.#headerValue;
    const { id, group, model_used, provider, model, api_base, usage } = entry;
    const now = hub.now();
    const counts = usage === null ? [] : [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.cached_tokens, usage.reasoning_tokens];
    const prefix = hub.prefix();
    const name = hub.core.coreCacheHit(surface, rule.model, rule.isStream, group, id, new Float64Array(counts), started, now);
    hub.events.note();
    this.#counts.hits += 1;
    const header = { id: headerValue(id), group: headerValue(group), model_used: headerValue(model_used) };
    kept.body = entry.body;
    kept.report = {
      call_id: prefix + name,
      cache_hit: true,
      deployment: { id, group, model_used, provider, model, api_base, header },
      response_cost: 0,
      response_cost_parts: {},
      estimated_cost: 0,
      unpriced_attempts: 0,
      attempted_retries: 0,
      attempted_fallbacks: 0,
      requested_model: rule.model,
      attempts: [],
      answering: 0,
      models_used: [model_used],
      usage,
      latency: { total_ms: Math.max(0, now - started), first_token_ms: null },
      skipped_events: 0,
    };
    if (hub.callbacks) tell(hub.callbacks, kept, { surface, isStream: rule.isStream, started, about });
  }
}

/** Tells who is told of calls that are over. Nothing was used, so that no token is counted twice. */
function tell(callbacks, { body, report }, plan) {
  const recording = plan.about?.recording;
  if (plan.isStream) recording?.add(typeof body === "string" ? new TextEncoder().encode(body) : body);
  callbacks.note({ plan, report: { ...report, usage: null }, bytes: plan.isStream ? undefined : body });
}

/** A request that is no JSON is no matter of the cache: the call says what is wrong with it. */
function asText(textOf) {
  try {
    return textOf();
  } catch {
    return undefined;
  }
}
