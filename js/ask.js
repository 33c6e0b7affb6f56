// What the host is asked in the middle of a call.

import { ASK, RANK } from "./codes.js";
import { askRank } from "./rank.js";

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
export const QUESTIONS = { [ASK]: askMayFallback, [RANK]: askRank };
