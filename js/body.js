// Bodies, put together from pieces of what is at hand and of what the core wrote.

import { UNFIT } from "./codes.js";
import { join } from "./platform/bytes.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A body that was read whole, as the core changes it.
 * @param {import("./hub.js").Hub} hub
 * @param {string | Uint8Array} body
 * @param {(core: any) => number} plan
 * @returns {string | Uint8Array | undefined} `undefined` where the deployment cannot serve it
 */
export function rewritten(hub, body, plan) {
  const source = hub.translate(body);
  const { core } = hub;
  return plan(core) === UNFIT ? undefined : assembled(hub, source);
}

/**
 * The body that the core has planned last, in the turn that it was planned in.
 * @param {import("./hub.js").Hub} hub
 * @param {string | Uint8Array} source what the planned pieces are of: text only if it is pure ASCII
 * @returns {string | Uint8Array}
 */
export function assembled({ core, window }, source) {
  const pieces = window.words(core.corePiecesAt(), core.corePieces());
  const inserts = core.coreInsertsAt();
  if (typeof source === "string") {
    const text = joined(window, pieces, inserts, source);
    if (text !== undefined) return text;
  }
  const kept = typeof source === "string" ? encoder.encode(source) : source;
  let length = 0;
  for (let at = 0; at < pieces.length; at += 3) length += pieces[at + 2] - pieces[at + 1];
  const whole = new Uint8Array(length);
  let to = 0;
  for (let at = 0; at < pieces.length; at += 3) {
    const start = pieces[at + 1];
    const end = pieces[at + 2];
    whole.set(pieces[at] === 0 ? kept.subarray(start, end) : window.view(inserts + start, end - start), to);
    to += end - start;
  }
  return whole;
}

/** The same as a text; `undefined` where something is put into it that is not ASCII: offsets count bytes, not characters. */
function joined(window, pieces, inserts, source) {
  let text = "";
  for (let at = 0; at < pieces.length; at += 3) {
    const start = pieces[at + 1];
    const end = pieces[at + 2];
    const part = pieces[at] === 0 ? source.slice(start, end) : decoder.decode(window.view(inserts + start, end - start));
    if (part.length !== end - start) return undefined;
    text += part;
  }
  return text;
}

/**
 * A body with a text behind it.
 * @param {string | Uint8Array} source
 * @param {string} text ASCII
 */
export function behind(source, text) {
  return typeof source === "string" ? source + text : join([source, encoder.encode(text)], source.length + text.length);
}
