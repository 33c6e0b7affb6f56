// What the calls of one router share: the core, the host, and what is cached of each deployment.

import { HostAlarm } from "./alarm.js";
import { headerValue } from "./answer.js";
import { Events } from "./events.js";
import { realmOf } from "./realm.js";
import { Window } from "./window.js";

const encoder = new TextEncoder();

export class Hub {
  /** What each error looks like over `fetch`. @type {WeakMap<Error, string>} */
  wire = new WeakMap();
  #deployments = [];
  #targets = new Map();
  #prefix = "";
  #outbound;
  #classes;
  #readHeaders;
  #store;
  #waitUntil;
  #realm;
  #generation;
  #core;
  #glue;
  #rebuild;

  /**
   * @param {any} core the router in linear memory
   * @param {any} glue its module
   * @param {any} platform what differs by runtime
   * @param {any} host what the program injects
   * @param {any} outbound the core's method that makes the request to a deployment
   * @param {(generation: number) => any} rebuild makes the core anew, after a trap
   */
  constructor(core, glue, platform, host, outbound, rebuild) {
    this.#realm = realmOf(glue);
    this.#generation = this.#realm.generation;
    this.#core = core;
    this.#glue = glue;
    this.#rebuild = rebuild;
    this.#outbound = outbound;
    this.platform = platform;
    /** The host's `fetch`; where there is none, the runtime's is looked up at each send, for it may be patched. */
    this.fetch = host.fetch;
    this.now = host.now ?? Date.now;
    this.alarm = host.sleep ? new HostAlarm(host.sleep) : platform.alarm(this.now);
    this.window = new Window(glue.linearMemory(), core.coreWindow());
    this.maxBodyBytes = core.coreMaxBodyBytes();
    this.#classes = glue.Router.coreFaultClasses();
    this.#readHeaders = glue.Router.coreReadHeaders();
    this.scan = (length) => this.core.coreScan(length);
    this.#store = host.store;
    this.#waitUntil = host.waitUntil ?? platform.waitUntil;
    this.events = new Events(this);
  }

  /** The router in linear memory; after a trap another one, which has learnt nothing yet. */
  get core() {
    const { generation } = this.#realm;
    if (this.#generation !== generation) {
      this.#core = this.#rebuild(generation);
      this.#generation = generation;
      this.#prefix = "";
      this.window = new Window(this.#glue.linearMemory(), this.#core.coreWindow());
      if (this.events.isOn) this.#core.coreListen(true);
    }
    return this.#core;
  }

  /** Gives the memory of the router back; what it had in an instance that has trapped is gone already. */
  free() {
    if (this.#generation === this.#realm.generation) this.#core.free();
  }

  /** Goes on after something was thrown inside the core: a trap takes its instance with it. */
  survive(error) {
    this.#realm.survive(error, this.#generation);
  }

  /** What is told of a call that the core cannot tell of any more. */
  lost(call) {
    return {
      call_id: null,
      deployment: call.deployment,
      attempted_retries: 0,
      attempted_fallbacks: 0,
      requested_model: call.plan.model ?? null,
      attempts: [],
      models_used: [],
      usage: null,
      latency: { total_ms: this.now() - call.plan.started, first_token_ms: null },
      skipped_events: call.skippedEvents,
    };
  }

  /** What an error looks like over `fetch`. */
  wireOf(error) {
    const { message, type, code } = error;
    return this.wire.get(error) ?? JSON.stringify({ error: { message, type, param: null, code } });
  }

  /** The request to a deployment, made once. It holds the credential, so it never leaves the driver. */
  target(deployment, surface) {
    const key = deployment * 256 + surface;
    let target = this.#targets.get(key);
    if (!target) {
      target = { ...this.#outbound.call(this.core, deployment, surface), deployment };
      // Lower case, so that a caller's header of the same name is replaced, and not joined.
      const lower = Object.entries(target.headers).map(([name, value]) => [name.toLowerCase(), value]);
      target.headers = Object.freeze(Object.fromEntries(lower));
      this.#targets.set(key, target);
    }
    return target;
  }

  /** What is public of a deployment. */
  deployment(index) {
    return this.#deployments[index] ?? this.#look(index);
  }

  #look(index) {
    const facts = this.core.coreDeployment(index);
    const header = { id: headerValue(facts.id), group: headerValue(facts.group), model_used: headerValue(facts.model_used) };
    return (this.#deployments[index] = Object.freeze({ ...facts, header: Object.freeze(header) }));
  }

  /** Draws the seed before the first call: at module scope Workers have no entropy. */
  prefix() {
    return (this.#prefix ||= this.core.coreIdPrefix());
  }

  /** Looks at the shared state beside a call, where there is a store and the view of it is old. */
  revalidate(now) {
    if (this.#store) this.#keepAlive(this.core.coreRevalidate(this.#store, now));
  }

  /** Tells the store what it has not been told. */
  flush() {
    if (this.#store && this.core.coreHasUntold()) this.#keepAlive(this.core.coreFlush(this.#store));
  }

  /** On workerd a promise outlives its request only if it is said so. */
  #keepAlive(promise) {
    if (promise) this.#waitUntil?.(promise);
  }

  /** Lets a promise of a listener's outlive the request. */
  outlive(promise) {
    this.#keepAlive(promise);
  }

  /** Shows a whole reply to the core's scan. */
  scanReply(body) {
    this.core.coreScanReply();
    if (typeof body === "string") this.window.eachOfText(body, this.scan);
    else this.window.each(body, this.scan);
  }

  /**
   * Shows a whole body to the core, which is to write it in other words.
   * @param {string | Uint8Array} body
   * @returns {string | Uint8Array} the same, as the pieces count it
   */
  translate(body) {
    const { core, window } = this;
    core.coreTranslate();
    const part = (length) => core.coreTranslatePart(length);
    if (typeof body !== "string") {
      window.each(body, part);
      return body;
    }
    return window.eachOfText(body, part) === body.length ? body : encoder.encode(body);
  }

  /** The headers that the core reads of a reply, a line each. */
  headerLines(headers) {
    let lines = "";
    for (const name of this.#readHeaders) {
      const value = headers.get(name);
      if (value !== null) lines += `${name}: ${value}\n`;
    }
    return lines;
  }

  /** What the headers of a reply tell of a call. */
  brief(call) {
    const { core, id } = call;
    return {
      call_id: this.prefix() + core.coreNumber(id),
      deployment: core.coreAttemptDeployment(id, core.coreAnswering(id)),
      attempted_retries: core.coreRetries(id),
      attempted_fallbacks: core.coreFallbacks(id),
    };
  }

  /** Everything that is told of a call: read out of the core while it knows the call. */
  report(call) {
    const { core, id } = call;
    const total_ms = this.now() - call.plan.started;
    const attempts = this.attempts(call);
    const shown = attempts.map((_, index) => core.coreFirstTokenMs(id, index));
    const models_used = attempts.filter((_, index) => shown[index] >= 0).map((attempt) => attempt.model_used);
    const first = shown.find((ms) => ms >= 0) ?? -1;
    const answering = core.coreAnswering(id);
    const { call_id, deployment, attempted_retries, attempted_fallbacks } = this.brief(call);
    return {
      call_id,
      deployment,
      attempted_retries,
      attempted_fallbacks,
      requested_model: call.plan.model ?? core.coreRequested(id),
      attempts,
      answering,
      models_used: models_used.length > 0 ? models_used : attempts.slice(answering, answering + 1).map((attempt) => attempt.model_used),
      usage: this.usage(call),
      latency: { total_ms, first_token_ms: first < 0 ? null : first },
      skipped_events: call.skippedEvents + core.coreSkipped(id),
      decision: call.plan.explains ? this.decision(call) : undefined,
    };
  }

  /** Every choice of a call, if its options asked for it. */
  decision({ core, id }) {
    const told = core.coreDecision(id);
    return told === undefined ? undefined : JSON.parse(told);
  }

  /** Every send of a call, in order. */
  attempts({ core, id }) {
    const count = core.coreAttempts(id);
    const attempts = new Array(count);
    for (let index = 0; index < count; index += 1) {
      const fault = core.coreAttemptFault(id, index);
      const { id: deployment, model_used, group } = this.deployment(core.coreAttemptDeployment(id, index));
      attempts[index] = {
        deployment,
        model_used,
        model_group: group,
        status: core.coreAttemptStatus(id, index) || null,
        error: fault === 0 ? null : this.#classes[fault],
        message: fault === 0 ? null : core.coreAttemptMessage(id, index),
        ms: core.coreAttemptMs(id, index),
        cost: null,
      };
    }
    return attempts;
  }

  /** What an answer says it used; `null` if it does not say. */
  usage({ core, id, attempt }) {
    const prompt_tokens = core.coreUsage(id, attempt, 0);
    if (prompt_tokens < 0) return null;
    return {
      prompt_tokens,
      completion_tokens: core.coreUsage(id, attempt, 1),
      total_tokens: core.coreUsage(id, attempt, 2),
      cached_tokens: core.coreUsage(id, attempt, 3),
      reasoning_tokens: core.coreUsage(id, attempt, 4),
    };
  }
}
