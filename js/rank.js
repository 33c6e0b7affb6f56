// What the program is shown of deployments that it chooses from, or leaves out, and what its answer means. Who may be used of
// those that it names is the core's word.

/** So many numbers tell of a candidate, after that of the group; src/engine/contender.rs has them in the same order. */
const COLUMNS = 17;
const FIRST = 1;

/** Instead of a first choice: only those of the list; it has failed; it was not asked. */
const LIST = -1;
const FAILED = -2;
const UNASKED = -3;

const NOBODY = new Uint16Array(0);

/** Whom the program names, as the core takes it. @typedef {readonly [choice: number, list: Uint16Array]} Named */

/** @type {Named} */
const IN_VAIN = [FAILED, NOBODY];

/** @type {Named} */
export const NOT_ASKED = [UNASKED, NOBODY];

/** What is asked for, for a strategy that wants to know. The body is read when somebody looks at it. */
class RoutingRequest {
  #body;

  /**
   * @param {string} requested_model
   * @param {string} model_group
   * @param {boolean} stream
   * @param {number} attempt
   * @param {Record<string, any> | undefined} steering
   * @param {() => any} body
   */
  constructor(requested_model, model_group, stream, attempt, steering, body) {
    this.requested_model = requested_model;
    this.model_group = model_group;
    this.stream = stream;
    /** How many sends the call has made. */
    this.attempt = attempt;
    this.metadata = steering?.metadata ?? null;
    this.tags = steering?.tags ?? null;
    this.#body = body;
  }

  /** The request itself, as the caller gave it; `undefined` if it cannot be read. */
  get body() {
    const body = this.#body();
    this.#body = () => body;
    return body;
  }
}

/** Not a number is what the core says of what is not known. */
const orNull = (told) => (Number.isNaN(told) ? null : told);

/** The candidates that numbers tell of, by what is public of each. */
function candidatesOf(known, rows) {
  const all = new Array(known.length);
  for (let place = 0, at = FIRST; place < all.length; place += 1, at += COLUMNS) {
    const { id, group, provider, model, model_used, api_base, region, tags } = known[place];
    all[place] = {
      id,
      model_group: group,
      provider,
      model,
      model_used,
      api_base,
      region,
      tags,
      order: orNull(rows[at + 1]),
      weight: rows[at + 2],
      rpm: orNull(rows[at + 3]),
      tpm: orNull(rows[at + 4]),
      max_parallel_requests: orNull(rows[at + 5]),
      open_sends: rows[at + 6],
      usage: { requests: rows[at + 7], input_tokens: rows[at + 8], output_tokens: rows[at + 9] },
      first_token_ms: orNull(rows[at + 10]),
      token_ms: orNull(rows[at + 11]),
      answer_ms: orNull(rows[at + 12]),
      window: { ok: rows[at + 13], failed: rows[at + 14] },
      input_cost_per_token: orNull(rows[at + 15]),
      output_cost_per_token: orNull(rows[at + 16]),
    };
  }
  return all;
}

/** Their indices. */
function indicesOf(rows) {
  const all = new Array((rows.length - FIRST) / COLUMNS);
  for (let place = 0, at = FIRST; place < all.length; place += 1, at += COLUMNS) all[place] = rows[at];
  return all;
}

/** Those that were shown: their indices, and what is public of each. @typedef {{ indices: number[], known: { id: string }[] }} Shown */

/**
 * What an answer means: an id, or a candidate itself, is the first choice; a list of them is all that may be used; anything
 * else is nobody. Who was not shown is of no account.
 * @param {any} said
 * @param {Shown} shown
 * @returns {Named}
 */
function meant(said, { indices, known }) {
  const find = (one) => {
    const id = typeof one === "object" && one !== null ? one.id : one;
    for (let place = 0; place < known.length; place += 1) if (known[place].id === id) return indices[place];
    return -1;
  };
  if (Array.isArray(said)) return [LIST, Uint16Array.from(said.map(find).filter((index) => index >= 0))];
  const choice = find(said);
  return choice < 0 ? [LIST, NOBODY] : [choice, NOBODY];
}

/** Whom the program leaves: a list of them. Anything else is no answer. */
const left = (said, shown) => (Array.isArray(said) ? meant(said, shown) : IN_VAIN);

/**
 * Asks the program; `then` is called once, at once unless it answers by a promise.
 * @param {import("./hub.js").Hub} hub
 * @param {{ ask: (candidates: any[], request: RoutingRequest) => any, meaning: typeof meant }} how
 * @param {number} count how many numbers the core has written
 * @param {(group: string) => RoutingRequest} asking
 * @param {(named: Named) => void} then
 * @returns {boolean} whether it was called at once
 */
function askedOf(hub, { ask, meaning }, count, asking, then) {
  hub.refresh();
  const written = () => hub.window.numbers(hub.core.coreRowsAt(), count);
  let rows = written();
  const indices = indicesOf(rows);
  const request = asking(hub.group(rows[0]));
  const known = indices.map((index) => hub.deployment(index));
  // What was looked up may have made the memory grow that the numbers stand in.
  if (rows.length === 0) rows = written();
  const candidates = candidatesOf(known, rows);
  const shown = { indices, known };
  /** @type {Named} */
  let named;
  try {
    const said = ask(candidates, request);
    if (typeof said?.then === "function") {
      // What it says may throw when it is looked at.
      Promise.resolve(said).then((told) => meaning(told, shown)).catch(() => IN_VAIN).then(then);
      return false;
    }
    named = meaning(said, shown);
  } catch {
    named = IN_VAIN;
  }
  then(named);
  return true;
}

/** What is shown of a call. */
function shown(hub, { core, id, plan }) {
  hub.prices.hand(core);
  const { isStream, steering } = plan;
  const model = plan.model ?? core.coreRequested(id);
  const attempt = core.coreAttempts(id);
  const body = () => plan.request ?? read(hub, plan.source());
  return (group) => new RoutingRequest(model, group, isStream, attempt, steering, body);
}

const ranking = (hub) => ({ ask: hub.customRoutingStrategy, meaning: meant });

/**
 * Asks whom a call is to be sent to.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./drive.js").Call} call
 * @param {(event: (core: any, id: number, now: number) => number) => void} answer is called once, maybe at once
 */
export function askRank(hub, call, answer, how = ranking(hub)) {
  const asking = shown(hub, call);
  askedOf(hub, how, call.core.coreContenders(call.id, hub.now()), asking, ([choice, list]) => {
    const ranked = (core, id, now) => core.coreRanked(id, choice, list, now);
    answer(choice === LIST ? ranked : (core, id, now) => core.coreChosen(id, choice, now));
  });
}

/**
 * Asks whom of a target the program leaves.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./drive.js").Call} call
 * @param {(event: (core: any, id: number, now: number) => number) => void} answer is called once, maybe at once
 */
export function askFilter(hub, call, answer) {
  askRank(hub, call, answer, { ask: hub.filterDeployments, meaning: left });
}

/** A body that came over `fetch`. */
function read(hub, source) {
  try {
    return JSON.parse(typeof source === "string" ? source : hub.platform.decode(source));
  } catch {
    return undefined;
  }
}

/**
 * Whom the program names for a call that is not made; `undefined` if it answers by a promise, which nobody waits for.
 * @param {import("./hub.js").Hub} hub
 * @param {{ model: string, isStream: boolean, steering?: any, body: any }} asked
 * @returns {Named | undefined}
 */
export function namedFor(hub, { model, isStream, steering, body }) {
  if (typeof hub.customRoutingStrategy !== "function") return NOT_ASKED;
  const { core } = hub;
  hub.prices.hand(core);
  const count = core.coreLookToRank(model, isStream, steering, hub.now());
  if (count <= FIRST) return NOT_ASKED;
  const asking = (group) => new RoutingRequest(model, group, isStream, 0, steering, () => body);
  /** @type {Named | undefined} */
  let named;
  const isOver = askedOf(hub, ranking(hub), count, asking, (told) => (named = told));
  return isOver ? named : undefined;
}
