// Bodies, put together from pieces of what is at hand and of what the core wrote.

import { UNFIT } from "./codes.js";
import { join } from "./platform/bytes.js";

const encoder = new TextEncoder();

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
  return plan(core) === UNFIT ? undefined : assembled(core.corePieces(), core.coreReply(), source);
}

/**
 * @param {Uint32Array} pieces (0 = of `source`, 1 = of `inserts`), start, end each, in bytes
 * @param {string} inserts
 * @param {string | Uint8Array} source text only if it is pure ASCII
 * @returns {string | Uint8Array}
 */
export function assembled(pieces, inserts, source) {
  if (typeof source === "string" && isAscii(inserts)) {
    let text = "";
    for (let at = 0; at < pieces.length; at += 3) {
      text += (pieces[at] === 0 ? source : inserts).slice(pieces[at + 1], pieces[at + 2]);
    }
    return text;
  }
  const kept = typeof source === "string" ? encoder.encode(source) : source;
  const put = encoder.encode(inserts);
  let length = 0;
  for (let at = 0; at < pieces.length; at += 3) length += pieces[at + 2] - pieces[at + 1];
  const whole = new Uint8Array(length);
  let to = 0;
  for (let at = 0; at < pieces.length; at += 3) {
    const part = (pieces[at] === 0 ? kept : put).subarray(pieces[at + 1], pieces[at + 2]);
    whole.set(part, to);
    to += part.length;
  }
  return whole;
}

/**
 * A body with a text behind it.
 * @param {string | Uint8Array} source
 * @param {string} text ASCII
 */
export function behind(source, text) {
  return typeof source === "string" ? source + text : join([source, encoder.encode(text)], source.length + text.length);
}

/** Offsets count bytes: in other texts they would not count characters. */
const isAscii = (text) => /^[\0-\x7f]*$/.test(text);
