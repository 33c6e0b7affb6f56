/** What came about in a call, in plain words. Says only what the router's metadata say. */

/** @typedef {import("../js/index.js").Attempt} Attempt */

export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** What a deployment did in one attempt, without its name. @param {Attempt} attempt @param {boolean} [hasBegun] content had come */
export function deed({ status, error, message, ms }, hasBegun = false) {
  if (error === null) return "answered";
  if (error === "AbortError") return `was stopped after ${seconds(ms)}`;
  const quoted = message ? `: “${message.replace(/\.$/, "")}”` : "";
  if (hasBegun) return `began to answer and broke off after ${seconds(ms)} (${error}${quoted})`;
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
 * @param {boolean} [hasBegun] the last attempt had delivered content when it failed
 * @returns {{ model: string, deed: string, then: string, isFailed: boolean }[]}
 */
export function attemptLines(attempts, hasBegun = false) {
  return attempts.map((attempt, index) => {
    const next = attempts[index + 1];
    const isLast = next === undefined;
    const isFailed = attempt.error !== null;
    let then = "";
    if (!isLast) then = next.deployment === attempt.deployment ? "tried it again" : "moved on";
    else if (isFailed && attempt.error !== "AbortError") then = hasBegun ? "the stream ended with this error" : "gave up";
    return { model: attempt.model_used, deed: deed(attempt, hasBegun && isLast), then, isFailed };
  });
}

/** Who answered, and how long it took. @param {import("../js/index.js").HiddenParams} meta @param {string} model */
export function summary({ latency }, model) {
  const first = latency.first_token_ms === null ? "" : `, first token after ${seconds(latency.first_token_ms)}`;
  return `Complete. Answered by ${model}${first}, ${seconds(latency.total_ms)} in all.`;
}

/** Why there is no whole answer. @param {any} error @param {boolean} hasBegun */
export function failure(error, hasBegun) {
  if (error.name === "AbortError") return hasBegun ? "Stopped by you. This is not the whole answer." : "Stopped by you.";
  const what = `${error.name}${error.status ? ` ${error.status}` : ""}: ${error.message}`;
  return hasBegun ? `Broken off. This is not the whole answer. ${what}` : `No answer. ${what}`;
}
