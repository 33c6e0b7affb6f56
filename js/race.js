// Several groups at once: whoever is first, or everybody.

import { CancelledError, RouterError } from "./errors.js";
import { CompletionStream } from "./stream.js";

/** How much of each error the message of a lost race tells. */
const TOLD = 200;

/**
 * @typedef {(model: string, onCall: (call: import("./drive.js").Call) => void) => Promise<any>} Ask makes one call, and hands it
 *   over as soon as it runs
 */

/**
 * The names of a race: a list, or a text with commas between them.
 * @param {unknown} models
 * @returns {string[]}
 */
function namesOf(models) {
  const names = typeof models === "string" ? models.split(",") : Array.isArray(models) ? models : [];
  const wrong = names.find((name) => typeof name !== "string");
  if (wrong !== undefined) throw new TypeError("models are names of groups");
  const clean = [...new Set(names.map((name) => name.trim()).filter(Boolean))];
  if (clean.length === 0) throw new TypeError("models: a list of names is needed, or one text with commas between them");
  return clean;
}

/**
 * The first answer of several groups; of streams, the first that has content. The others are given up.
 * @param {unknown} models
 * @param {Ask} ask
 */
export async function race(models, ask) {
  const names = namesOf(models);
  /** @type {(import("./drive.js").Call | undefined)[]} */
  const calls = names.map(() => undefined);
  let winner = -1;
  const runners = names.map(async (name, number) => {
    const answer = await ask(name, (call) => {
      calls[number] = call;
      // Somebody may have won before this one began.
      if (winner >= 0) call.cancel();
    });
    if (winner < 0) {
      winner = number;
      calls.forEach((call, other) => other !== number && call?.cancel());
    } else if (answer instanceof CompletionStream) {
      // It came a moment too late: its upstream still speaks.
      await answer[Symbol.asyncIterator]().return(undefined);
    }
    return { answer, number };
  });
  try {
    // The first to resolve is the winner: the two are set in the same turn.
    return (await Promise.any(runners)).answer;
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    throw lost(names, error.errors);
  }
}

/** The error when nobody won: it carries all of theirs. */
function lost(names, errors) {
  const [first] = errors;
  const bug = errors.find((error) => !(error instanceof RouterError));
  if (bug !== undefined) return bug;
  // The caller gave up, or there was nobody to race against.
  if (errors.length === 1 || errors.every((error) => error instanceof CancelledError)) return first;
  const told = errors.map(({ name, message }, number) => `${names[number]}: ${name}: ${message.slice(0, TOLD)}`);
  const same = (key, otherwise) => (errors.every((error) => error[key] === first[key]) ? first[key] : otherwise);
  const waits = errors.map(({ retryAfterMs }) => retryAfterMs).filter((ms) => ms !== null);
  return new RouterError(`none of ${errors.length} models answered; ${told.join("; ")}`, {
    status: same("status", 502),
    code: same("code", "all_failed"),
    type: same("type", "router_error"),
    side: same("side", "upstream"),
    attempts: errors.flatMap(({ attempts }) => attempts),
    retryAfterMs: waits.length > 0 ? Math.min(...waits) : null,
    errors,
  });
}

/**
 * Every request to every model, at once. Errors are values.
 * @param {string | string[]} models one name, or a list
 * @param {any} requests one, or a list
 * @param {(model: string, request: any) => Promise<any>} ask
 */
export async function batch(models, requests, ask) {
  const value = (model, request) => ask(model, request).catch((error) => error);
  const each = (request) =>
    Array.isArray(models) ? Promise.all(models.map((model) => value(model, request))) : value(models, request);
  return Array.isArray(requests) ? Promise.all(requests.map(each)) : each(requests);
}
