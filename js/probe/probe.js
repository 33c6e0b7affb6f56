// Asks deployments how they are: for a cron trigger, an interval, or `waitUntil`. Whom and what is the core's word. Loaded by
// the first probe; nothing in this folder takes anything from the rest of the facade, so that bundlers can leave it a file of
// its own.

/** How many are asked at once: Workers wait for six response heads. */
const AT_ONCE = 6;

/** The time limit of each, in seconds, where none is given. */
const TIMEOUT = 10;

const OPTIONS = ["all", "groups", "ids", "timeout"];

/**
 * @typedef {{ deployment: number, surface: number, body?: any, skipped?: string }} Due one that is due: what it is asked, or why not
 */

/** Names: one, or a list. */
function names(given, option) {
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given];
  if (list.some((name) => typeof name !== "string")) throw new TypeError(`probe: expected \`${option}\` to be a name, or a list of names`);
  return list;
}

function wish(options) {
  const { all = false, groups, ids, timeout = TIMEOUT } = options;
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw new TypeError(`probe: there is no option \`${unknown}\`; there are ${OPTIONS.join(", ")}`);
  if (typeof all !== "boolean") throw new TypeError("probe: expected `all` to be a boolean");
  if (!(typeof timeout === "number" && timeout > 0 && timeout <= 600)) throw new TypeError("probe: expected `timeout` to be seconds, 600 at most");
  return { all, groups: names(groups, "groups"), ids: names(ids, "ids"), timeoutMs: timeout * 1000 };
}

/** What is told of every deployment that was due. */
const row = ({ id, group, model_used }, more) => ({
  deployment: id,
  model_group: group,
  model_used,
  ok: null,
  skipped: null,
  status: null,
  error: null,
  message: null,
  ms: null,
  first_token_ms: null,
  cost: null,
  ...more,
});

/** Of the one send of a probe. */
function sent(attempt, first_token_ms) {
  if (!attempt) return {};
  const { status, message, ms, cost } = attempt;
  return { status, message, ms, cost, first_token_ms };
}

/**
 * Asks all that are due, a few at once.
 * @param {any} hub
 * @param {Record<string, any>} options
 * @param {(all: boolean, groups: string[], ids: string[]) => Due[]} find
 * @param {(due: Due, timeoutMs: number) => Promise<any>} ask gives the answer, which may be a stream
 */
export async function probe(hub, options, find, ask) {
  const { all, groups, ids, timeoutMs } = wish(options);
  const due = find(all, groups, ids);
  // By its number a deployment is known as long as the config stays.
  const facts = due.map(({ deployment }) => hub.deployment(deployment));
  const version = hub.core.coreVersion();
  const one = async (place) => {
    const { skipped } = due[place];
    if (skipped) return row(facts[place], { skipped });
    if (hub.core.coreVersion() !== version) return row(facts[place], { skipped: "later" });
    try {
      const answer = await ask(due[place], timeoutMs);
      if (due[place].body.stream) for await (const _ of answer);
      const { attempts, latency } = answer._hidden_params;
      return row(facts[place], { ok: true, ...sent(attempts[0], latency.first_token_ms) });
    } catch (error) {
      const { name, message, attempts, code, callId } = /** @type {any} */ (error);
      // It did not begin: since it was due it has become full, or another one tries the same key.
      if (name === "NoDeploymentsAvailable" && code && callId === null) return row(facts[place], { skipped: code });
      return row(facts[place], { ok: false, message, ...sent(attempts?.[0], null), error: name });
    }
  };
  const rows = new Array(due.length);
  let next = 0;
  const some = async () => {
    while (next < due.length) {
      const place = next++;
      rows[place] = await one(place);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  return rows;
}
