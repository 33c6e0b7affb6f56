/** What came about in a call, in plain words. Says only what the router's metadata say. */

/** @typedef {import("../js/index.js").Attempt} Attempt */

export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/**
 * How the words of an attempt came: as the first of the answer, behind a break from the beginning, or from where it broke
 * off. By the attempt's position; an attempt without words is not in it.
 * @typedef {"start" | "restart" | "continue"} Beginning
 * @typedef {Map<number, Beginning>} Begun
 */

/** What is said of an attempt with words, as long as it runs, when it is whole, and when it breaks off. */
const BEGINNINGS = {
  start: { runs: "is answering", ended: "answered", broke: "began to answer" },
  restart: { runs: "has started again", ended: "started again and answered", broke: "started again" },
  continue: { runs: "is going on with the answer", ended: "went on with the answer to its end", broke: "went on with the answer" },
};

/** What a deployment did in one attempt, without its name. @param {Attempt} attempt @param {Beginning} [begun] it had words */
export function deed({ status, error, message, ms }, begun) {
  if (error === null) return BEGINNINGS[begun ?? "start"].ended;
  if (error === "AbortError") return `was stopped after ${seconds(ms)}`;
  const quoted = message ? `: “${message.replace(/\.$/, "")}”` : "";
  if (begun) return `${BEGINNINGS[begun].broke} and broke off after ${seconds(ms)} (${error}${quoted})`;
  if (status !== null && status >= 400) return `answered ${status} after ${seconds(ms)} (${error}${quoted})`;
  const what = {
    Timeout: status === null ? "sent nothing" : "sent a head and no content",
    APIConnectionError: status === null ? "could not be reached" : "lost the connection before its first word",
    APIError: "sent something that is no answer",
  }[error];
  return `${what ?? "failed"}, given up after ${seconds(ms)} (${error}${quoted})`;
}

/**
 * A line for each attempt.
 * @param {Attempt[]} attempts
 * @param {Begun} begun
 * @param {boolean} [isRunning] the last attempt's words are still coming
 * @returns {{ model: string, deed: string, then: string, isFailed: boolean }[]}
 */
export function attemptLines(attempts, begun, isRunning = false) {
  return attempts.map((attempt, index) => {
    const next = attempts[index + 1];
    const isFailed = attempt.error !== null;
    let then = "";
    if (next) then = next.deployment === attempt.deployment ? "tried it again" : "moved on";
    else if (isFailed && attempt.error !== "AbortError") then = begun.size > 0 ? "the stream ended with this error" : "gave up";
    const how = begun.get(index);
    const said = isRunning && !next ? BEGINNINGS[how ?? "start"].runs : deed(attempt, how);
    return { model: attempt.model_used, deed: said, then, isFailed };
  });
}

/** The same as "answered by", of all whose words the answer holds. @param {Attempt[]} attempts @param {Begun} begun @param {string} model */
function authors(attempts, begun, model) {
  const hows = [...begun];
  // What was said before the last new start is gone.
  const from = hows.findLastIndex(([, how]) => how !== "continue");
  const [first, ...later] = hows.slice(Math.max(from, 0)).map(([index, how]) => ({ how, by: attempts[index].model_used }));
  if (first === undefined) return `Answered by ${model}`;
  const isSecond = first.how === "restart";
  if (later.length === 0) return `${isSecond ? "Started again" : "Answered"} by ${first.by}`;
  return [`${isSecond ? "Started again" : "Begun"} by ${first.by}`, ...later.map(({ by }) => `continued by ${by}`)].join(", ");
}

/** Who answered, and how long it took. @param {import("../js/index.js").HiddenParams} meta @param {Begun} begun @param {string} model */
export function summary({ latency, attempts }, begun, model) {
  const first = latency.first_token_ms === null ? "" : `, first token after ${seconds(latency.first_token_ms)}`;
  return `Complete. ${authors(attempts, begun, model)}${first}, ${seconds(latency.total_ms)} in all.`;
}

/** Who is answering now. @param {Beginning} how @param {string} model */
export function running(how, model) {
  const said = {
    start: `${model} is answering`,
    restart: `Broken off, and started again by ${model}`,
    continue: `Broken off, and continued by ${model}`,
  };
  return `${said[how]}. Break it:`;
}

/** Why there is no whole answer. @param {any} error @param {boolean} hasBegun */
export function failure(error, hasBegun) {
  if (error.name === "AbortError") return hasBegun ? "Stopped by you. This is not the whole answer." : "Stopped by you.";
  const what = `${error.name}${error.status ? ` ${error.status}` : ""}: ${error.message}`;
  return hasBegun ? `Broken off. This is not the whole answer. ${what}` : `No answer. ${what}`;
}
