// The public class: a thin facade over the class in linear memory.

import { aim, nameOf } from "./aim.js";
import { dress } from "./answer.js";
import { copied } from "./answers.js";
import { rewritten } from "./body.js";
import { Callbacks } from "./callbacks.js";
import { CHAT, EMBEDDINGS, FAILED } from "./codes.js";
import { Call } from "./drive.js";
import { ConfigError, errorOf, internal } from "./errors.js";
import { compared, feedback } from "./experiments.js";
import { routedFetch } from "./fetch.js";
import { Hub } from "./hub.js";
import { available, due, explained, metrics, setHealth, snapshot } from "./insight.js";
import { tellKeys } from "./keys.js";
import { KeptConfig } from "./manage.js";
import { checkPrices } from "./price.js";
import { batch, race } from "./race.js";
import { realmOf } from "./realm.js";
import { bodyFor, mayNotFit, split } from "./request.js";
import { chunksOf, CompletionStream } from "./stream.js";
import { counted, tellSize, textOf } from "./tokens.js";
import { bury } from "./vanished.js";

/** Parts of the host that are functions or objects; the rest is plain data and goes to the core. */
const INJECTED = new Set([
  "fetch", "store", "cache", "env", "waitUntil", "now", "sleep", "seed", "callbacks", "callbackFetch", "recordContent",
  "customRoutingStrategy", "filterDeployments", "beforeRoute", "mayFallback", "tokenCounter", "getToken", "prices",
]);

/**
 * The methods that tell credentials, by module. They are taken off the class, so that only the driver can call them.
 * @type {WeakMap<object, { outbound: Function, scopeOf: Function, callbacks: Function }>}
 */
const telling = new WeakMap();

/** @param {any} glue the wasm-bindgen module
 *  @param {any} platform what differs by runtime */
export function makeRouter(glue, platform) {
  const { prototype } = glue.Router;
  const secrets = telling.get(glue) ?? { outbound: prototype.coreOutbound, scopeOf: prototype.coreCacheScope, callbacks: prototype.coreCallbacks };
  telling.set(glue, secrets);
  delete prototype.coreOutbound;
  delete prototype.coreCacheScope;
  delete prototype.coreCallbacks;
  class Router extends glue.Router {
    #hub;
    #kept;
    #routerKeys;
    #callbacks;

    /**
     * @param {Record<string, any>} config
     * @param {Record<string, any> | null} [given] the host
     */
    constructor(config, given) {
      const host = given ?? {};
      const env = environment(host.env ?? platform.env);
      const wrong = [...checkInjected(host), ...checkPrices(realmOf(glue), host.prices)];
      const plain = plainHost(host, platform);
      try {
        super(config, plain, env);
      } catch (problems) {
        throw Array.isArray(problems) ? new ConfigError([...problems, ...wrong]) : problems;
      }
      if (wrong.length > 0) throw new ConfigError(wrong);
      const tell = (core) => {
        this.notices = Object.freeze([...core.coreNotices()]);
        this.#hub.refresh();
        this.#callbacks.configure(secrets.callbacks.call(core));
      };
      // The program may go on to change its object; a router that is built anew is to be the same.
      this.#kept = new KeptConfig(structuredClone(config), plain, env, tell);
      this.#hub = new Hub(this, glue, platform, host, secrets, (generation) => {
        const core = new glue.Router(this.#kept.config, plain, env);
        if (host.seed !== undefined) core.coreSeed(host.seed + generation);
        return core;
      });
      this.#kept.attach(this.#hub);
      this.#routerKeys = new Set(glue.Router.coreRouterKeys());
      if (host.seed !== undefined) this.coreSeed(host.seed);
      this.#callbacks = new Callbacks(this.#hub, host, platform.outlets);
      for (const callback of host.callbacks ?? []) {
        this.on("*", typeof callback === "function" ? callback : (event) => callback.onEvent(event));
      }
      /** Options that were accepted and have no effect, as `{path, message}`. @type {readonly any[]} */
      this.notices = [];
      tell(this);
      // Bound, so that it can be handed to a client as its `fetch`.
      this.fetch = this.fetch.bind(this);
    }

    /** A drop-in `fetch` that speaks OpenAI's API. */
    fetch(input, init) {
      return routedFetch(this.#hub, input, init);
    }

    /** A chat completion; with `stream: true` a `CompletionStream`. */
    completion(request, options) {
      return this.#call(CHAT, request, options);
    }

    acompletion(request, options) {
      return this.#call(CHAT, request, options);
    }

    embedding(request, options) {
      return this.#call(EMBEDDINGS, request, options);
    }

    aembedding(request, options) {
      return this.#call(EMBEDDINGS, request, options);
    }

    /** The first answer of several groups; of streams, the first with content. The others are given up. */
    async fastest(models, request, options) {
      return race(models, (model, onCall) => this.#call(CHAT, { ...request, model }, options, onCall));
    }

    /** Every request to every model at once, with errors as values. */
    batch(models, requests, options) {
      return batch(models, requests, (model, request) => this.#call(CHAT, { ...request, model }, options));
    }

    /** Whom a call would be sent to now. Nothing is sent. */
    getAvailableDeployment(request, options) {
      return available(this.#hub, this.#routerKeys, request, options);
    }

    /** What would become of a call that is made now, and why. Nothing is sent. */
    explain(request, options) {
      return explained(this.#hub, this.#routerKeys, request, options);
    }

    /** Everything that the router knows now, as plain data. */
    snapshot() {
      return snapshot(this.#hub, this.#callbacks);
    }

    /** Counters and gauges in Prometheus' text format. */
    metrics() {
      return metrics(this.#hub);
    }

    /** Notes that a deployment is well, or not, as somebody outside has found. */
    setHealth(id, ok) {
      setHealth(this.#hub, id, ok);
    }

    /** Asks deployments how they are: by default those of which nothing was timed lately. Rejects only for wrong options. */
    async probe(options = {}) {
      const hub = this.#hub;
      const { probe } = await platform.loadProbe();
      const find = (all, groups, ids) => due(hub, all, groups, ids);
      return probe(hub, options, find, (one, timeoutMs) => this.#call(one.surface, one.body, undefined, undefined, { ...one, timeoutMs }));
    }

    /** Gives the answer of a call a score from 0 to 1; false for a call that is not remembered. */
    feedback(callId, score) {
      return feedback(this.#hub, callId, score);
    }

    /** What has become of the variants of every experiment, and how sure their differences are. */
    experiments() {
      return compared(this.snapshot().experiments);
    }

    /** Listens to an event, or with "*" to all. Gives a function that ends that. */
    on(event, listener) {
      return this.#hub.events.on(event, listener);
    }

    /** What was learnt, as bytes that hold no secret. */
    exportState() {
      return this.#hub.exportState();
    }

    /** Takes in what `exportState` gave. */
    importState(state) {
      this.#hub.importState(state);
    }

    /** Tells the store, and whom the callbacks name, what they have not been told. */
    async flush() {
      await this.#hub.flushAll();
    }

    /** Adds a deployment; `null` if there is one with its id. */
    addDeployment(deployment) {
      return this.#kept.add(deployment);
    }

    /** Adds a deployment, or puts it in the place of the one with its id. */
    upsertDeployment(deployment) {
      return this.#kept.upsert(deployment);
    }

    /** Takes a deployment out; `null` if there is none with this id. */
    deleteDeployment(id) {
      return this.#kept.remove(id);
    }

    /** Replaces all deployments. */
    setModelList(list) {
      this.#kept.replace(list);
    }

    /** The deployments, or those that a name leads to. */
    getModelList(name) {
      return this.#kept.list(name);
    }

    /** The names that callers may use and see. */
    getModelNames() {
      return this.#kept.names();
    }

    /** What the deployments of a name have in common. */
    getModelGroupInfo(group) {
      return this.#kept.info(group);
    }

    /** What the deployments of a name have used in the last minute. */
    getModelGroupUsage(group) {
      return this.#kept.usage(group);
    }

    /** The settings that are in use. */
    getSettings() {
      return this.#kept.settings();
    }

    /** Changes settings. */
    updateSettings(changes) {
      this.#kept.update(changes);
    }

    /** Chooses by a function from now on, as with the strategy "custom". */
    setCustomRoutingStrategy(strategy) {
      if (typeof strategy !== "function") throw new TypeError("setCustomRoutingStrategy: expected a function");
      this.#kept.custom();
      this.#hub.customRoutingStrategy = strategy;
    }

    /** Gives the router's memory back at once. */
    free() {
      // Once: what is freed already says so itself.
      if (this.#hub.core === this) super.free();
      else this.#hub.free();
    }

    async #call(surface, request, options, onCall, probe) {
      const hub = this.#hub;
      const started = hub.now();
      const asked = split(request ?? {}, this.#routerKeys, options);
      const { body: given, steering } = !probe && (hub.beforeRoute || hub.ruleParams) ? await aim(hub, asked) : asked;
      // A cache is waited for, and what is asked must not change meanwhile.
      const copy = !probe && (hub.caches || steering?.caching === true) ? copied(given) : undefined;
      const body = copy ?? given;
      const isStream = surface === CHAT && body.stream === true;
      const usageAsked = body.stream_options?.include_usage === true;
      const model = nameOf(body);
      const { signal, waitUntil } = options ?? NOTHING;
      const about = hub.callbacks?.about(beside(steering), () => JSON.stringify(body));
      const kept = copy && (await hub.answers.ofObject({ surface, model, isStream, body, steering, signal, about, started }));
      if (kept?.report) return isStream ? replayed(hub, kept) : dress(JSON.parse(kept.body), kept.report);
      const format = body.response_format?.type;
      const shape = typeof format === "string" ? format : undefined;
      const n = typeof body.n === "number" ? body.n : undefined;
      const steers = steering !== undefined;
      // A strategy that only this call asks for may go by tokens and prices, too.
      const isSized = hub.countsTokens || steering?.routing_strategy !== undefined;
      const tokens = isSized && hub.tokenCounter && !probe ? await counted(hub, body) : undefined;
      if (!probe && hub.alarm.isMissed) await bury(hub);
      let core;
      let action;
      try {
        ({ core } = hub);
        hub.prefix(isSized);
        if (hub.isKeyed && !probe) tellKeys(hub, body);
        if (probe) action = core.coreProbe(probe.deployment, surface, probe.timeoutMs, started);
        else if (isSized) tellSize(hub, body, () => textOf(body), tokens);
        action ??= core.coreBegin(surface, model, isStream, usageAsked, shape, n, steering, kept ? hub.now() : started);
      } catch (error) {
        hub.survive(error);
        throw internal(error);
      }
      if (action === FAILED && core.coreCall() === 0) throw errorOf(core.coreError(0));
      const call = new Call(hub, action, {
        surface,
        model: nameOf(asked.body),
        isStream,
        objects: true,
        request: body,
        steering,
        steers,
        explains: options?.explain === true,
        signal,
        waitUntil,
        started,
        about,
        isProbe: probe !== undefined,
        source: () => JSON.stringify(body),
        body(target) {
          // Those of the config's fallbacks, or of the call's own.
          const overrides = hub.hasOverrides || steers ? core.coreOverrides(call.id) : undefined;
          const asked = overrides ? { ...body, ...overrides } : body;
          const whole = bodyFor(asked, target, isStream, isStream ? core.coreResumedText(call.id) : undefined);
          const isFit = !mayNotFit(asked, target) && !(steers && core.coreHasMembers(call.id));
          return isFit ? whole : rewritten(hub, whole, (core) => core.coreSpliceWhole(call.id, target.deployment, true));
        },
        parse: (bytes) => JSON.parse(platform.decode(bytes)),
      });
      onCall?.(call);
      await call.run();
      call.check();
      if (isStream) {
        const chunks = chunksOf(hub, call);
        return new CompletionStream(hub, call, kept ? kept.recording(call, chunks) : chunks);
      }
      kept?.keepWhole(call);
      return dress(call.value, call.report, call.response.headers);
    }
  }
  // `using` is to free what a router has after a trap, too.
  if (Symbol.dispose) Reflect.set(Router.prototype, Symbol.dispose, Router.prototype.free);
  return Router;
}

const NOTHING = {};

/** What a program says about its call, for whom the callbacks name. */
function beside(steering) {
  if (steering === undefined) return NOTHING;
  const { metadata, tags, sessionId } = steering;
  return { metadata: metadata ?? undefined, tags, sessionId };
}

/** A stream of chunks that were kept. */
function replayed(hub, kept) {
  const { call, pump } = kept.replay();
  return new CompletionStream(hub, call, pump);
}

/** The host's plain part, for the core to check. */
function plainHost(host, platform) {
  /** @type {Record<string, any>} */
  const plain = {};
  for (const key in host) if (!INJECTED.has(key)) plain[key] = host[key];
  // The core is told which of its questions somebody answers.
  for (const name of ASKED) if (typeof host[name] === "function") plain[name] = true;
  if (plain.subrequests === undefined && platform.subrequests !== undefined) plain.subrequests = platform.subrequests;
  const scope = /** @type {any} */ (globalThis);
  plain.browser = typeof scope.window === "object" && typeof scope.document === "object";
  return plain;
}

/** Looks a variable up in what the host gave, or in the runtime's own environment. */
function environment(given) {
  const scope = /** @type {any} */ (globalThis);
  return (name) => {
    const env = given ?? scope.process?.env;
    const value = typeof env === "function" ? env(name) : env?.[name];
    return typeof value === "string" ? value : undefined;
  };
}

/** Functions that the core has to know of: it asks them in the middle of a call. */
const ASKED = ["mayFallback", "filterDeployments", "customRoutingStrategy", "getToken"];

/** A function that is none would fail at the first call; say so at once. */
function checkInjected(host) {
  const problems = [];
  for (const name of ["fetch", "now", "sleep", "waitUntil", "beforeRoute", "tokenCounter", "callbackFetch", ...ASKED]) {
    if (host[name] !== undefined && typeof host[name] !== "function") {
      problems.push({ path: `host.${name}`, message: "expected a function" });
    }
  }
  if (host.seed !== undefined && !Number.isFinite(host.seed)) {
    problems.push({ path: "host.seed", message: "expected a number" });
  }
  if (host.store && (typeof host.store.load !== "function" || typeof host.store.apply !== "function")) {
    problems.push({ path: "host.store", message: "expected an object with the methods `load` and `apply`" });
  }
  if (host.cache && (typeof host.cache.get !== "function" || typeof host.cache.set !== "function")) {
    problems.push({ path: "host.cache", message: "expected an object with the methods `get` and `set`" });
  }
  if (host.callbacks !== undefined && !isCallbacks(host.callbacks)) {
    problems.push({ path: "host.callbacks", message: "expected a list of functions, or of objects with a method `onEvent`" });
  }
  if (host.recordContent !== undefined && typeof host.recordContent !== "boolean") {
    problems.push({ path: "host.recordContent", message: "expected a boolean" });
  }
  return problems;
}

const isCallbacks = (given) =>
  Array.isArray(given) && given.every((one) => typeof one === "function" || typeof one?.onEvent === "function");
