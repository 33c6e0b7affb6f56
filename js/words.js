// A decision for people: a few lines each. All of it stands in what the core tells; nothing is decided here.

/** The most candidates that a decision names. */
const NAMED = 32;

/** The most kinds of faults that a line names. */
const KINDS = 6;

/** Why a deployment was passed over, or what spoke against it. */
const REASONS = {
  drained: "its weight is 0",
  marked_down: "it was marked as down",
  cooldown: "it is cooling down",
  credential_cooldown: "its key is cooling down",
  probing: "it is being tried again by one call",
  full: "it has as many calls as it takes at once",
  limit: "its limit is reached",
  budget_spent: "a budget is spent",
  budget_reserved: "the rest of a budget is reserved",
  exhausted: "its provider says that nothing is left",
  stalled: "it keeps several calls waiting",
  region: "it is in no region that is asked for",
  tags: "it is not for these tags",
  capability: "its model cannot do what is needed",
  capability_unknown: "others are known to be able, and it is not",
  context_window: "the request may be too long for it",
  filtered: "`filterDeployments` has taken it out",
  cooldown_elsewhere: "it is cooling down elsewhere",
  used_elsewhere: "its limit is used up elsewhere",
  budget_spent_elsewhere: "a budget is spent elsewhere",
  failed_in_this_call: "it has failed in this call",
  cannot_serve: "it cannot do what is asked",
  not_named: "the host's own strategy has not named it",
  higher_order: "a lower `order` is there",
  half_open: "it is on trial, and others are not",
};

/** Why a fault leads nowhere. */
const NOWHERE = {
  disabled: "fallbacks are disabled",
  max_fallbacks: "`max_fallbacks` is 0",
  does_not_fall_back: "such a fault does not fall back",
  not_declared: "the group has no such fallbacks",
  not_usable: "what is listed may not be used",
};

/** What a name means. */
const KIND = {
  alias: ["means the group ", true],
  default: ["is no model of this router, and is answered by ", true],
  routing_group: ["is a routing group", false],
  wildcard: ["is matched by a pattern, as ", true],
  model: ["is the model of deployments", false],
  deployment: ["is a deployment of ", true],
  group: ["is a group", false],
};

const rounded = (value, digits) => `${Number(value.toFixed(digits))}`;
const many = (count, one) => `${rounded(count, 1)} ${one}${count === 1 ? "" : "s"}`;

/** What a score is, by strategy. */
const SCORES = {
  "round-robin": (score) => `its turn comes in ${rounded(score, 2)}`,
  "least-busy": (score) => `${many(score, "send")} under way`,
  "latency-based-routing": (score) => `${rounded(score, 1)} ms expected`,
  "peak-ewma": (score) => `${rounded(score, 1)} ms to wait`,
  "cost-based-routing": (score) => `$${rounded(score / 1e6, 9)} expected`,
  adaptive: (score) => `${rounded(1 - score, 3)} thought of its next answer`,
  custom: (score) => `place ${score + 1} in what the host has named`,
  "usage-based-routing": (score) => `${many(score, "token")} in the last minute`,
};

/** What speaks against one, for how long. */
const against = (code, wait) => (REASONS[code] ?? code) + (wait === null ? "" : `, for another ${rounded(wait / 1000, 1)} s`);

function candidate({ strategy, affinity }, { reason, despite, wait_ms, share, score, weight }) {
  if (reason !== null) return `passed over: ${against(reason, wait_ms)}`;
  const said = affinity === null ? SCORES[strategy] : (score) => `distance ${rounded(score, 3)}`;
  const full = affinity === null ? "nothing is known of it" : "it has more than its share";
  const weighed = said ? full : `weight ${rounded(weight, 3)}`;
  const by = score === null ? weighed : (said?.(score) ?? `score ${rounded(score, 3)}`);
  return `${rounded(share * 100, 1)} %, ${by}${despite === null ? "" : `; in spite of this: ${against(despite, wait_ms)}`}`;
}

function choice(decision, resolved) {
  const { attempt, target, strategy, affinity, candidates, draw, picked } = decision;
  const left = candidates.filter(({ reason }) => reason === null).length;
  const what = resolved?.kind === "deployment" && target === resolved.deployment ? "deployment" : "group";
  const drawn = draw === null ? "" : `drew ${rounded(draw, 3)} and `;
  const nobody = strategy === "custom" && left > 0 ? "whom the host's own strategy is to name" : "took nobody";
  const taken = picked === null ? nobody : `took \`${picked}\``;
  const lines = [`send ${attempt + 1} to the ${what} \`${target}\`: ${left} of ${candidates.length} to choose from by ${affinity === null ? strategy : `the ${affinity} that it belongs to`}, ${drawn}${taken}`];
  for (const one of candidates.slice(0, NAMED)) lines.push(`  ${one.deployment}: ${candidate(decision, one)}`);
  if (candidates.length > NAMED) lines.push(`  and ${candidates.length - NAMED} more`);
  return lines;
}

/** Where faults lead: the kinds that lead nowhere are told apart only where none leads anywhere. */
function led(fallbacks) {
  const onward = fallbacks.filter(({ reason }) => reason === null).map(({ faults, targets }) => {
    const more = faults.length > KINDS ? ` and ${faults.length - KINDS} more` : "";
    return `on to ${targets.map((name) => `\`${name}\``).join(", then ")} after ${faults.slice(0, KINDS).join(", ")}${more}`;
  });
  if (onward.length > 0 || fallbacks.length === 0) return onward;
  return [`no fault leads on: ${NOWHERE[fallbacks[0].reason] ?? fallbacks[0].reason}`];
}

/**
 * What was told of a call, in words.
 * @param {any} told decisions, or an explanation
 * @returns {string}
 */
export function inWords({ requested_model, resolved, decisions, fallbacks = [], waits_ms = null, error = null }) {
  const name = `\`${requested_model.slice(0, 100)}\``;
  const [means, isNamed] = KIND[resolved?.kind] ?? ["is no model of this router", false];
  const lines = [`${name} ${means}${isNamed ? `\`${resolved.model_group}\`` : ""}`];
  for (const decision of decisions) lines.push(...choice(decision, resolved));
  if (waits_ms !== null) lines.push(`it waits ${rounded(waits_ms / 1000, 1)} s for a place`);
  if (error !== null) lines.push(`${error.name}: ${error.message}`);
  lines.push(...led(fallbacks));
  return lines.join("\n");
}
