/** What run.mjs prints at the end, and what it holds against the router. Pure functions over the results of the calls. */

/**
 * @typedef {object} Result
 * @property {number} call its number, from 0.
 * @property {number} ms how long the caller waited.
 * @property {Error} [error] set if the call failed; then nothing below is.
 * @property {string} [prompt] what the model was asked to continue.
 * @property {string} [server] the id of the deployment that answered.
 * @property {import("switchman").Attempt[]} [attempts] every send that the answer took.
 * @property {number} [tokens] the tokens of the answer.
 * @property {string} [text] the answer.
 * @property {string | null} [end] its `finish_reason`.
 * @property {number} [cuts] how often the stream was cut after its first words and asked for again; absent without streams.
 */

/**
 * The table for people.
 *
 * @param {object} run
 * @param {Result[]} run.results
 * @param {{ call: number, tokens: number, signal: string }} run.kill
 * @param {number} run.wallMs
 * @param {number} run.counted tokens written by the server that lived on, by its own count.
 * @returns {string}
 */
export function table({ results, kill, wallMs, counted }) {
  const answered = results.filter((result) => !result.error);
  const seconds = wallMs / 1000;
  const example = answered.find(isMoved);
  const cuts = sum(answered, (result) => result.cuts ?? 0);
  const rows = [
    ["server", "answered", "of them moved", "tokens", "median ms", "slowest ms"],
    ...["left", "right"].map((server) => row(server, answered.filter((result) => result.server === server))),
    row("both", answered),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const line = (cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  const lines = [
    ...rows.map(line),
    "",
    `${results.length} calls: ${answered.length} answered, ${results.length - answered.length} failed`,
    `left ended by ${kill.signal} after call ${kill.call} had started, ${kill.tokens} tokens into an answer`,
    `${sum(answered, (result) => result.attempts.length - 1)} retries, ${seconds.toFixed(1)} s, ${Math.round(sum(answered, tokensOf) / seconds)} tokens/s`,
    `right wrote ${counted} tokens by its own count; ${distinct(answered)} different texts in all`,
  ];
  if (cuts > 0) lines.push(`cut after the first words, and asked for again by the caller: ${cuts}`);
  if (example) lines.push("", `call ${example.call + 1}, moved to right: ${JSON.stringify(example.prompt)} -> ${JSON.stringify(example.text)}`);
  return lines.join("\n");
}

/**
 * Everything that must not have happened; an empty list means that the router did its job.
 *
 * @param {{ results: Result[], counted: number, concurrency: number }} run
 * @returns {string[]}
 */
export function complaints({ results, counted, concurrency }) {
  const answered = results.filter((result) => !result.error);
  const by = (server) => answered.filter((result) => result.server === server);
  const wrong = results.filter((result) => result.error).map(({ call, error }) => `call ${call + 1}: ${explain(error)}`);

  for (const { call, server, tokens, text, end } of answered) {
    if (server !== "left" && server !== "right") wrong.push(`call ${call + 1}: answered by an unknown server "${server}"`);
    if (!(tokens > 0) || !text) wrong.push(`call ${call + 1}: an empty answer`);
    if (end !== "length" && end !== "stop") wrong.push(`call ${call + 1}: an answer without an end (${end})`);
  }
  for (const server of ["left", "right"]) if (by(server).length === 0) wrong.push(`server ${server} never answered`);
  if (!answered.some(isMoved)) wrong.push("no call was moved from one server to the other");
  if (sum(answered, (result) => result.cuts ?? 0) > concurrency) wrong.push("more streams were cut than were under way");
  // Were the prompts lost on the way, every answer would be the same.
  if (distinct(answered) < answered.length / 2) wrong.push("most answers are the same, though no two prompts are");
  const told = sum(by("right"), tokensOf);
  if (told > counted) wrong.push(`the answers of right have ${told} tokens, but it wrote ${counted}`);
  return wrong;
}

/** Whether one call failed on the left server and was answered by the right one. */
function isMoved({ server, attempts }) {
  return server === "right" && attempts.some((attempt) => attempt.deployment === "left" && attempt.error !== null);
}

const tokensOf = (result) => result.tokens;

/** How many different texts there are among the answers. */
function distinct(answers) {
  return new Set(answers.map((result) => result.text)).size;
}

/** An error and what it came from, on one line: "fetch failed" alone tells nothing. */
function explain(error) {
  const own = `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${own}, because of ${explain(error.cause)}` : own;
}

/** One row of the table over some of the answers. */
function row(name, answers) {
  const times = answers.map((result) => result.ms).sort((a, b) => a - b);
  const ms = (at) => (times.length === 0 ? "-" : times[Math.floor(at * (times.length - 1))].toFixed(0));
  return [name, String(answers.length), String(answers.filter(isMoved).length), String(sum(answers, tokensOf)), ms(0.5), ms(1)];
}

function sum(results, value) {
  return results.reduce((total, result) => total + value(result), 0);
}
