// What the calls of one router share: the core, the host, and what is cached of each deployment.

import { HostAlarm } from "./alarm.js";
import { headerValue } from "./answer.js";
import { Answers } from "./answers.js";
import { ANSWERED, REFUSED } from "./codes.js";
import { Events } from "./events.js";
import { Tokens } from "./host-tokens.js";
import { worded } from "./insight.js";
import { Prices } from "./price.js";
import { realmOf } from "./realm.js";
import { Report } from "./report.js";
import { carry, settling } from "./share.js";
import { Window } from "./window.js";

const encoder = new TextEncoder();

/** How old the state may be that a router is built anew from, in milliseconds. */
const KEPT_MS = 1_000;

export class Hub {
  /** What each error looks like over `fetch`. @type {WeakMap<Error, string>} */
  wire = new WeakMap();
  /** Who is told of calls that are over, if the config names anybody. @type {import("./callbacks.js").Callbacks | undefined} */
  callbacks;
  /** What is left to be told of calls, though the config may name nobody any more. @type {import("./callbacks.js").Callbacks | undefined} */
  outbox;
  #deployments = [];
  #targets = new Map();
  #groups = [];
  /** Of the core, when the two above were looked up. */
  #version = 0;
  #prefix = "";
  #outbound;
  #readHeaders;
  /** What was asked for last. @type {{ method: string, url: string, surface: number } | undefined} */
  #asked;
  #store;
  #given;
  #waitUntil;
  /** What is said to the store and not over yet, each with what ends it. @type {Map<Promise<void>, () => void>} */
  #underWay = new Map();
  /** What was learnt, as bytes, and when: for a router that has to be built anew. @type {Uint8Array | undefined} */
  #kept;
  #keptAt = -Infinity;
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
   * @param {{ outbound: any, scopeOf: any }} taken the core's methods that tell credentials: what makes the request to a
   *   deployment, and what decides the answers of a target
   * @param {(generation: number) => any} rebuild makes the core anew, after a trap
   */
  constructor(core, glue, platform, host, { outbound, scopeOf }, rebuild) {
    this.#realm = realmOf(glue);
    this.#generation = this.#realm.generation;
    this.#core = core;
    this.#glue = glue;
    this.#rebuild = rebuild;
    this.#outbound = outbound;
    this.platform = platform;
    /** The host's `fetch`; where there is none, the runtime's is looked up at each send, for it may be patched. */
    this.fetch = host.fetch;
    this.mayFallback = host.mayFallback;
    this.customRoutingStrategy = host.customRoutingStrategy;
    this.filterDeployments = host.filterDeployments;
    this.beforeRoute = host.beforeRoute;
    this.tokenCounter = host.tokenCounter;
    this.tokens = new Tokens(host.getToken, host.now ?? Date.now);
    this.sleep = host.sleep;
    /** What of what comes over `fetch` may ask for more than an answer? @type {boolean | readonly string[]} */
    this.trusts = host.trustRequestOptions ?? false;
    this.now = host.now ?? Date.now;
    this.prices = new Prices(this.#realm, host.prices ?? platform.prices);
    this.alarm = host.sleep ? new HostAlarm(host.sleep) : platform.alarm(this.now);
    this.window = new Window(glue.linearMemory(), core.coreWindow());
    this.maxBodyBytes = core.coreMaxBodyBytes();
    /** What the numbers in a report stand for. */
    this.names = { faults: glue.Router.coreFaultClasses(), costs: glue.Router.coreCostNames(), counts: glue.Router.coreUsageNames() };
    this.#readHeaders = glue.Router.coreReadHeaders();
    this.scan = (length) => this.core.coreScan(length);
    this.#given = host.store;
    this.#store = host.store && settling(this.#realm, host.store);
    this.#forget();
    if (host.store) carry(core, host.store);
    this.#waitUntil = host.waitUntil ?? platform.waitUntil;
    this.events = new Events(this);
    this.answers = new Answers(this, host.cache, scopeOf, glue.Router);
  }

  /** The router in linear memory; after a trap another one, which knows what was kept of the first. */
  get core() {
    const { generation } = this.#realm;
    if (this.#generation !== generation) {
      this.#core = this.#rebuild(generation);
      this.#generation = generation;
      this.#prefix = "";
      this.#forget();
      this.window = new Window(this.#glue.linearMemory(), this.#core.coreWindow());
      if (this.events.isOn) this.#core.coreListen(true);
      if (this.#given) carry(this.#core, this.#given);
      this.#letGo();
      this.#remember();
    }
    return this.#core;
  }

  /** Tells a core that was built anew what was kept; once, for it may be what the trap came from. */
  #remember() {
    const kept = this.#kept;
    this.#kept = undefined;
    this.#keptAt = -Infinity;
    if (!kept) return;
    try {
      this.#core.coreImport(kept, this.now());
    } catch (error) {
      this.survive(error);
    }
  }

  /** Gives the memory of the router back; what it had in an instance that has trapped is gone already. */
  free() {
    if (this.#generation === this.#realm.generation) this.#core.free();
  }

  /** Goes on after something was thrown inside the core: a trap takes its instance with it. */
  survive(error) {
    this.#realm.survive(error, this.#generation);
    if (this.#realm.generation !== this.#generation) this.#letGo();
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

  /** What is known by the index of a deployment is not known any more: another one may be behind it. */
  #forget() {
    this.#deployments = [];
    this.#targets.clear();
    this.#groups = [];
    this.tokens.clear();
    this.#version = this.#core.coreVersion();
    /** Does a fallback of the config replace members of requests? */
    this.hasOverrides = this.#core.coreHasOverrides();
    /** Does a limit of the config count tokens, or a window? */
    this.countsTokens = this.#core.coreCountsTokens();
    const habits = this.#core.coreHabits();
    /** Does something go by what a request is known by? */
    this.isKeyed = (habits & 1) > 0;
    /** Are there calls of which copies are made? */
    this.hasShadows = (habits & 2) > 0;
    /** The parameters that the rules of the config look at, if there are rules. */
    this.ruleParams = this.#core.coreRuleParams();
    /** Does it matter what models can do? */
    this.isChecked = (habits & 4) > 0;
    /** Are answers kept, where a call does not say otherwise? */
    this.caches = this.#core.coreIsCaching();
  }

  /** What a request over `fetch` asks for. Programs ask for one thing mostly, and the same text always means the same surface. */
  route(method, url) {
    const asked = this.#asked;
    if (asked && url === asked.url && method === asked.method) return asked.surface;
    const surface = this.core.coreRoute(method, url);
    if (surface !== REFUSED && surface !== ANSWERED) this.#asked = { method, url, surface };
    return surface;
  }

  /** Before anything is looked up by an index, and when the config has changed. */
  refresh() {
    if (this.core.coreVersion() !== this.#version) this.#forget();
  }

  /** The request to a deployment, made once. It holds the credential, so it never leaves the driver. */
  target(deployment, surface) {
    this.refresh();
    const key = deployment * 256 + surface;
    let target = this.#targets.get(key);
    if (!target) {
      const outbound = this.#outbound.call(this.core, deployment, surface);
      target = { ...outbound, deployment, facts: this.deployment(deployment), untold: 0 };
      // Lower case, so that a caller's header of the same name is replaced, and not joined.
      const lower = Object.entries(target.headers).map(([name, value]) => [name.toLowerCase(), value]);
      target.headers = Object.freeze(Object.fromEntries(lower));
      this.#targets.set(key, target);
    }
    return target;
  }

  /** What is public of a deployment. Its index is good only as long as the core knows the call that told it. */
  deployment(index) {
    return this.#deployments[index] ?? this.#look(index);
  }

  #look(index) {
    const facts = this.core.coreDeployment(index);
    const header = { id: headerValue(facts.id), group: headerValue(facts.group), model_used: headerValue(facts.model_used) };
    return (this.#deployments[index] = Object.freeze({ ...facts, tags: Object.freeze(facts.tags), header: Object.freeze(header) }));
  }

  /** The name of a group. Its index is good as long as that of a deployment. */
  group(index) {
    return (this.#groups[index] ??= this.core.coreGroupName(index));
  }

  /**
   * Draws the seed before the first call: at module scope Workers have no entropy. Who goes by the size of a request has to
   * know prices by then, too.
   */
  prefix(isSized = this.countsTokens) {
    if (isSized) this.prices.hand(this.core);
    return (this.#prefix ||= this.core.coreIdPrefix());
  }

  /** Beside a call: looks at the shared state where the view of it is old, and tells the store what it has not been told. */
  share() {
    if (!this.#store) return;
    this.#keepAlive(this.core.coreRevalidate(this.#store, this.now()));
    if (this.core.coreIsFlushDue()) this.#keepAlive(this.core.coreFlush(this.#store));
  }

  /** Asks the store for a place under the limits that it keeps; it settles, whatever the store does. */
  reserve(call) {
    this.#keepAlive(this.core.coreReserve(this.#store, call.id)?.then((told) => call.reserved((core, now) => core.coreReserved(told, now))));
  }

  /** Resolves when the store has been told everything, or has failed to take it. */
  async flush() {
    if (!this.#store) return;
    const told = this.#keepAlive(this.core.coreFlush(this.#store));
    // On workerd nobody waits for what another request is doing.
    await (this.platform.waitUntil ? told : Promise.all(this.#underWay.keys()));
  }

  /** The same, and of callbacks. */
  flushAll = () => Promise.all([this.flush(), this.outbox?.flush()]);

  /** On workerd a promise outlives its request only if it is said so. */
  #keepAlive(promise) {
    if (!promise) return undefined;
    /** @type {() => void} */
    let end = () => {};
    const over = new Promise((resolve) => (end = () => resolve(undefined)));
    this.#underWay.set(over, end);
    promise.then(() => {
      this.#underWay.delete(over);
      end();
    });
    this.outlive(over);
    return over;
  }

  /** What was said by an instance that has trapped is never over: nobody need wait for it. */
  #letGo() {
    for (const end of this.#underWay.values()) end();
    this.#underWay.clear();
  }

  /** Keeps what was learnt, now and then. */
  keep() {
    const now = this.now();
    if (Math.abs(now - this.#keptAt) < KEPT_MS) return;
    this.#kept = this.core.coreExport(now);
    this.#keptAt = now;
  }

  /** What was learnt, as bytes. */
  exportState() {
    return this.core.coreExport(this.now());
  }

  /**
   * Takes in what was exported.
   * @param {unknown} state
   */
  importState(state) {
    if (!(state instanceof Uint8Array)) throw new TypeError("importState: expected the bytes of `exportState`");
    try {
      this.core.coreImport(state, this.now());
    } catch (error) {
      if (typeof error === "string") throw new TypeError(`importState: ${error}`);
      this.survive(error);
      throw error;
    }
  }

  /** Lets a promise outlive the request, as far as the host can. One that cannot fails no call: the promise runs on anyway. */
  outlive(promise, waitUntil = this.#waitUntil) {
    try {
      waitUntil?.(promise);
    } catch {
      // The request may be over, or the function not bound to what it needs.
    }
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

  /** Everything that is told of a call: read out of the core while it knows the call. */
  report(call) {
    return new Report(this, call);
  }

  /** Every choice of a call, if its options asked for it. */
  decision({ core, id }) {
    const told = core.coreDecision(id);
    return told === undefined ? undefined : worded(JSON.parse(told));
  }

  /** What is public of a deployment now; its index is the core's own of just now. */
  publicNow(index) {
    this.refresh();
    return this.deployment(index);
  }
}
