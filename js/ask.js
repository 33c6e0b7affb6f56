// What the host is asked: before a call, and in the middle of it.

import { ASK, FILTER, RANK } from "./codes.js";
import { askFilter, askRank } from "./rank.js";

/** How long the host may think before a call begins. */
const ASK_MS = 1_000;

const LATE = {};

/**
 * Asks the host before a call, by a function that answers at once or by a promise. It never throws.
 * @template T
 * @param {{ sleep?: (ms: number, signal: AbortSignal) => Promise<unknown> }} hub
 * @param {() => T | Promise<T>} question
 * @returns {Promise<{ value?: T, failed?: boolean }>} `failed` for one that threw, or has said nothing in time
 */
export async function inTime({ sleep }, question) {
  /** @type {AbortController | undefined} */
  let controller;
  let timer;
  try {
    /** @type {any} */
    const said = question();
    if (typeof said?.then !== "function") return { value: said };
    const { signal } = (controller = new AbortController());
    const late = new Promise((resolve) => {
      const ring = () => resolve(LATE);
      if (sleep) sleep(ASK_MS, signal).then(ring, ring);
      else timer = setTimeout(ring, ASK_MS);
    });
    const value = await Promise.race([said, late]);
    return value === LATE ? { failed: true } : { value };
  } catch {
    return { failed: true };
  } finally {
    clearTimeout(timer);
    controller?.abort();
  }
}

/**
 * Asks the host whether a call may move to a target. Anything but `true`, at once or by a promise, is a no.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./drive.js").Call} call
 * @param {(event: (core: any, id: number, now: number) => number) => void} answer is called once, maybe at once
 */
function askMayFallback({ mayFallback }, { core, id }, answer) {
  const tell = (yes) => answer((core, id, now) => core.coreMayFallback(id, yes, now));
  let said;
  try {
    said = mayFallback(core.coreAskedTarget(id));
  } catch {
    return tell(false);
  }
  if (typeof said === "boolean") return tell(said);
  Promise.resolve(said).then((yes) => tell(yes === true), () => tell(false));
}

/** How each question is asked, by the code of the step that wants it asked. */
export const QUESTIONS = { [ASK]: askMayFallback, [RANK]: askRank, [FILTER]: askFilter };
