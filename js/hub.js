// What the calls of one router share: the core, the host, and what is cached of each deployment.

import { HostAlarm } from "./alarm.js";
import { Window } from "./window.js";

export class Hub {
  /** What each error looks like over `fetch`. @type {WeakMap<Error, string>} */
  wire = new WeakMap();
  #deployments = [];
  #targets = new Map();
  #prefix = "";
  #classes;
  #store;
  #waitUntil;

  /**
   * @param {any} core the router in linear memory
   * @param {any} glue its module
   * @param {any} platform what differs by runtime
   * @param {any} host what the program injects
   */
  constructor(core, glue, platform, host) {
    this.core = core;
    this.platform = platform;
    /** The host's `fetch`; where there is none, the runtime's is looked up at each send, for it may be patched. */
    this.fetch = host.fetch;
    this.now = host.now ?? Date.now;
    this.alarm = host.sleep ? new HostAlarm(host.sleep) : platform.alarm(this.now);
    this.window = new Window(glue.linearMemory(), core.coreWindow());
    this.maxBodyBytes = core.coreMaxBodyBytes();
    this.#classes = glue.Router.coreFaultClasses();
    this.scan = (length) => core.coreScan(length);
    this.#store = host.store;
    this.#waitUntil = host.waitUntil ?? platform.waitUntil;
  }

  /** The request to a deployment, made once. It holds the credential, so it never leaves the driver. */
  target(deployment, surface) {
    const key = deployment * 256 + surface;
    let target = this.#targets.get(key);
    if (!target) {
      target = { ...this.core.coreOutbound(deployment, surface), deployment };
      Object.freeze(target.headers);
      this.#targets.set(key, target);
    }
    return target;
  }

  /** What is public of a deployment. */
  deployment(index) {
    return (this.#deployments[index] ??= Object.freeze(this.core.coreDeployment(index)));
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

  /** Shows a whole reply to the core's scan. */
  scanReply(body) {
    this.core.coreScanReply();
    if (typeof body === "string") this.window.eachOfText(body, this.scan);
    else this.window.each(body, this.scan);
  }

  /** Everything that is told of a call: read out of the core when it ends. */
  report(call) {
    const { core } = this;
    const { id } = call;
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
    const total_ms = this.now() - call.plan.started;
    const first = core.coreFirstTokenMs(id, call.attempt);
    return {
      call_id: this.prefix() + core.coreNumber(id),
      requested_model: core.coreRequested(id),
      deployment: count > 0 ? core.coreAttemptDeployment(id, count - 1) : -1,
      attempted_retries: core.coreRetries(id),
      attempted_fallbacks: core.coreFallbacks(id),
      attempts,
      usage: core.coreUsage(id, call.attempt),
      latency: { total_ms, first_token_ms: first < 0 ? null : first },
    };
  }
}
