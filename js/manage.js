// Deployments and settings, while the router is in use. The config is kept as it was given and changed as plain data; what
// a change means is the core's word.

import { ConfigError, internal } from "./errors.js";

/** Places in a `config.yaml` where a setting may stand, too. */
const ELSEWHERE = ["router_settings", "litellm_settings"];

/** The config of a router that is in use. */
export class KeptConfig {
  /** The config as it was given, with all changes: what a router is built from after a trap. @type {any} */
  config;
  /** @type {any} */
  #hub;
  #host;
  #env;
  #tell;
  #isPlain = false;

  /**
   * @param {any} config a copy that nobody else has
   * @param {any} host the plain part of the host
   * @param {(name: string) => string | undefined} env
   * @param {(core: any) => void} tell says that the config has changed
   */
  constructor(config, host, env, tell) {
    this.config = config;
    this.#host = host;
    this.#env = env;
    this.#tell = tell;
  }

  /** @param {import("./hub.js").Hub} hub what the calls of the router share */
  attach(hub) {
    this.#hub = hub;
  }

  add(deployment) {
    return this.#ask((core) => {
      const [id, ...others] = this.#idsOf(core, deployment);
      if ([id, ...others].some((known) => core.corePlace(known).length > 0)) return null;
      this.#adopt(core, [...this.#list(core), copy(deployment, "deployment")]);
      return core.coreEntry(id);
    });
  }

  upsert(deployment) {
    return this.#ask((core) => {
      const ids = this.#idsOf(core, deployment);
      const { list, first } = without(this.#list(core), ids.map((id) => core.corePlace(id)));
      this.#adopt(core, list.toSpliced(first, 0, copy(deployment, "deployment")));
      return core.coreEntry(ids[0]);
    });
  }

  remove(id) {
    return this.#ask((core) => {
      const place = core.corePlace(String(id));
      if (place.length === 0) return null;
      const removed = core.coreEntry(String(id));
      this.#adopt(core, without(this.#list(core), [place]).list);
      return removed;
    });
  }

  replace(list) {
    this.#ask((core) => this.#adopt(core, copy(list, "model_list")));
  }

  settings() {
    return this.#ask((core) => core.coreSettings(this.config));
  }

  update(changes) {
    this.#ask((core) => {
      const problems = core.coreCheckSettings(changes);
      if (problems.length > 0) throw new ConfigError(problems);
      const given = copy(changes, "settings");
      const config = { ...this.config, ...given };
      for (const place of ELSEWHERE) {
        // What is changed is changed wherever it stood.
        if (config[place]) config[place] = withoutNames(config[place], given);
      }
      this.#change(core, config);
    });
  }

  /** The host has a strategy of its own from now on, and it is used. */
  custom() {
    this.#host.customRoutingStrategy = true;
    this.update({ routing_strategy: "custom" });
  }

  list(name) {
    if (name !== undefined) needName("getModelList", name);
    return this.#ask((core) => core.coreModelList(name));
  }

  names() {
    return this.#ask((core) => core.coreModelNames());
  }

  info(group) {
    needName("getModelGroupInfo", group);
    return this.#ask((core) => {
      this.#hub.prices.hand(core);
      return core.coreGroupInfo(group);
    });
  }

  usage(group) {
    needName("getModelGroupUsage", group);
    return this.#ask((core) => core.coreGroupUsage(group, this.#hub.now()));
  }

  /**
   * Asks the core. A mistake in what was given is told as such; after a trap the router is another one.
   * @template T
   * @param {(core: any) => T} question
   * @returns {T}
   */
  #ask(question) {
    try {
      // Before the first question, because most routers are never asked.
      if (!this.#isPlain) this.config = unmapped(this.config);
      this.#isPlain = true;
      return question(this.#hub.core);
    } catch (error) {
      if (Array.isArray(error)) throw new ConfigError(error);
      if (error instanceof ConfigError) throw error;
      this.#hub.survive(error);
      throw internal(error);
    }
  }

  #idsOf(core, deployment) {
    return core.coreIdsOf(this.config, deployment, this.#env);
  }

  /** The model list with the ids that the router has made written down: they must not change with the list. */
  #list(core) {
    const ids = core.coreEntryIds();
    return this.config.model_list.map((entry, position) => {
      const id = ids[position];
      return id === undefined ? entry : { ...entry, model_info: { ...entry.model_info, id } };
    });
  }

  #adopt(core, model_list) {
    this.#change(core, { ...this.config, model_list });
  }

  #change(core, config) {
    core.coreAdopt(config, this.#host, this.#env);
    this.config = config;
    this.#tell(core);
  }
}

/** What is given stays the giver's, and has to be data. */
function copy(value, path) {
  try {
    return unmapped(structuredClone(value));
  } catch {
    throw new ConfigError([{ path, message: "holds a function or something else that is no data" }]);
  }
}

function needName(method, name) {
  if (typeof name !== "string") throw new TypeError(`${method}: expected the name of a group`);
}

/** `Map`s, which a config may be made of, as objects. */
function unmapped(value) {
  if (Array.isArray(value)) return value.map(unmapped);
  if (typeof value !== "object" || value === null) return value;
  const members = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(members.map(([name, member]) => [name, unmapped(member)]));
}

function withoutNames(members, names) {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !(name in names)));
}

/**
 * A model list without some deployments: whole entries, or organisations of theirs.
 * @param {any[]} list
 * @param {ArrayLike<number>[]} places
 */
function without(list, places) {
  /** @type {Map<number, Set<number>>} */
  const gone = new Map();
  for (const { 0: entry, 1: organization } of places.filter(({ length }) => length > 0)) {
    gone.set(entry, new Set([...(gone.get(entry) ?? []), organization]));
  }
  const first = Math.min(list.length, ...gone.keys());
  const left = list.flatMap((entry, position) => {
    const parts = gone.get(position);
    if (!parts) return [entry];
    const { organization } = entry.litellm_params;
    const kept = Array.isArray(organization) ? organization.filter((_, part) => !parts.has(part)) : [];
    return kept.length === 0 ? [] : [{ ...entry, litellm_params: { ...entry.litellm_params, organization: kept } }];
  });
  return { list: left, first };
}
