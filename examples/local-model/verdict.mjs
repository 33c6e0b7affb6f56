/** What kills.mjs holds against the router, and the table it prints. Pure functions over the rounds. */

/**
 * @typedef {object} Round
 * @property {number} round its number, from 1.
 * @property {Plan} plan
 * @property {"objects" | "fetch"} surface how the caller read the stream.
 * @property {import("./seen.mjs").Seen} seen
 * @property {number} pieces how many pieces of text the caller had when the first server was killed.
 * @property {number} ms how long the caller waited for the end.
 * @property {string} [uninterrupted] what a server says that nobody kills.
 *
 * @typedef {object} Plan
 * @property {"anthropic" | "openai"} first the face of the first server, the one that is killed; the second has the other.
 * @property {"before" | "mid"} when
 * @property {"error" | "continue"} mid the router's `mid_stream`.
 */

/** The face of the second server. */
export const otherFace = (first) => (first === "openai" ? "anthropic" : "openai");

/**
 * Everything in a round that must not have happened.
 *
 * @param {Round} round
 * @param {{ name: string, maxTokens: number }} model
 * @returns {string[]}
 */
export function complaints(round, { name, maxTokens }) {
  const { plan, seen } = round;
  const models = [plan.first, otherFace(plan.first)].map((face) => `${face}/${name}`);
  const isCut = plan.when === "mid" && plan.mid === "error";
  const checks = isCut ? endsInError(round) : isWhole(round, models, maxTokens);
  return checks.filter(([holds]) => !holds).map(([, what]) => `${label(round)}: ${what}: ${JSON.stringify(seen.text)}`);
}

/** The caller has been told a part: it ends with a typed error of the first server, and never as if it were complete. */
function endsInError({ seen, surface, pieces }) {
  const [error] = seen.errors;
  const isOfLeft = (thrown) => thrown?.side === "upstream" && thrown.deployment === "left";
  const isEvent = (told) => typeof told?.type === "string" && typeof told.message === "string";
  const isTyped = surface === "objects" ? isOfLeft(error) : isEvent(error);
  return [
    [seen.errors.length === 1 && isTyped, `not one typed error of left's, but ${seen.errors}`],
    [seen.ends === 0 && seen.finishes.length === 0, "a clean end of half an answer"],
    [seen.markers.length === 0, "a marker"],
    [seen.pieces >= pieces && pieces > 0 && seen.roles === 1, "not what had come before"],
  ];
}

/** The caller gets one whole answer: unseen from the second server, or from both with a marker between. */
function isWhole({ plan, seen, surface, pieces }, models, maxTokens) {
  const isMid = plan.when === "mid";
  const [told, rest] = [seen.text.slice(0, seen.seam), seen.text.slice(seen.seam)];
  const [end] = seen.finishes;
  const [marker] = seen.markers;
  const tokens = seen.usage?.completion_tokens;
  return [
    [seen.errors.length === 0, `an error, ${seen.errors}`],
    [seen.ends === 1 && seen.finishes.length === 1, `${seen.ends} ends, ${seen.finishes.length} times a finish`],
    [end === "stop" || (end === "length" && isBilled(tokens - maxTokens, seen)), `half an answer (${end}, ${tokens} tokens)`],
    [hasAllTokens(seen, rest, maxTokens), `${seen.pieces - seen.piecesAtSeam} pieces behind the seam`],
    [seen.roles === 1 && seen.ids.size === 1, `${seen.roles} roles, ${seen.ids.size} ids`],
    [isMid ? seen.markers.length === 1 : seen.markers.length === 0, `${seen.markers.length} markers`],
    [!isMid || (marker?.event === "continue" && marker.model_used === models[1] && marker.attempt === 1), `a wrong marker, ${JSON.stringify(marker)}`],
    [!isMid || (pieces > 0 && told !== ""), "nothing before the marker"],
    [rest !== "" || (isMid && end === "stop"), "nothing from the second server"],
    [!isMid || !rest.startsWith(told), "what came before is told twice"],
    [surface === "objects" ? metaFits(seen.meta, isMid ? models : models.slice(1)) : headersFit(seen.response, isMid), "told to be from somebody else"],
  ];
}

/**
 * Is what a usage tells beyond the second server's tokens what the first one wrote? That died before it told its own, so
 * that the router estimates by the text.
 */
function isBilled(tokens, { piecesAtSeam }) {
  return piecesAtSeam === 0 ? tokens === 0 : tokens >= piecesAtSeam / 2 && tokens <= 2 * piecesAtSeam;
}

/**
 * Was nothing of the second server's answer lost? It sends a piece for each token, but for letters of several tokens and
 * for the end; where two texts are joined, two pieces may become one.
 */
function hasAllTokens({ pieces, piecesAtSeam, finishes }, rest, maxTokens) {
  const missing = maxTokens - (pieces - piecesAtSeam);
  const isPlain = /^[\x00-\x7f]*$/.test(rest) && finishes[0] === "length";
  return !isPlain || missing === 0 || (missing === 1 && piecesAtSeam > 0);
}

/** Both servers were asked, and these have answered. */
function metaFits(meta, models) {
  return String(meta?.models_used) === String(models) && meta.attempts.length === 2 && meta.attempts[0].error !== null;
}

/** The headers go out with the first words: they tell of whoever spoke those. */
function headersFit({ status, headers }, isMid) {
  const [server, retries] = [headers.get("x-switchman-model-id"), headers.get("x-switchman-attempted-retries")];
  return status === 200 && server === (isMid ? "left" : "right") && retries === (isMid ? "0" : "1");
}

/** @param {Round} round */
const label = ({ round, plan, surface }) => `round ${round} (${plan.first} first, ${plan.when}, ${plan.mid}, ${surface})`;

/** A round in which a second server went on, for people. */
export function example(rounds, promptOf) {
  const found = rounds.find(({ seen }) => seen.markers.length > 0);
  if (!found) return "";
  const { text, seam } = found.seen;
  const [asked, told, rest] = [promptOf(found.round), text.slice(0, seam), text.slice(seam)].map((part) => JSON.stringify(part));
  return `\n${label(found)}: ${asked} -> ${told} + ${rest}`;
}

/**
 * The table for people: one row for each plan.
 *
 * @param {Round[]} rounds
 * @param {{ name: string, maxTokens: number }} model
 * @returns {string}
 */
export function table(rounds, model) {
  const plans = [...new Set(rounds.map(({ plan }) => plan))];
  const rows = [
    ["first face", "killed", "mid_stream", "rounds", "right", "pieces seen", "median ms", "slowest ms", "as uninterrupted"],
    ...plans.map((plan) => row(plan, rounds.filter((round) => round.plan === plan), model)),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) => cells.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  return rows.map(line).join("\n");
}

function row({ first, when, mid }, rounds, model) {
  const right = rounds.filter((round) => complaints(round, model).length === 0).length;
  const times = rounds.map(({ ms }) => ms).sort((a, b) => a - b);
  const pieces = rounds.map((round) => round.pieces);
  const compared = rounds.filter(({ uninterrupted }) => uninterrupted !== undefined);
  const same = compared.filter(isSame).length;
  const ms = (at) => times[Math.floor(at * (times.length - 1))].toFixed(0);
  const spread = when === "mid" ? `${Math.min(...pieces)} to ${Math.max(...pieces)}` : "0";
  const likeness = compared.length > 0 ? `${same} of ${compared.length}` : "-";
  return [first, when, when === "mid" ? mid : "-", String(rounds.length), String(right), spread, ms(0.5), ms(1), likeness];
}

/** The rest may be longer than what was left of the limit: the second server counts its own tokens only. */
const isSame = ({ seen, uninterrupted }) => seen.text.startsWith(uninterrupted);
