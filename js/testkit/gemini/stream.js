/**
 * An answer as Gemini streams it: events without names, each an answer of its own with some of the text, and no terminator.
 */

import { dataOf } from "../reply.js";
import { pieces } from "../text.js";

/** @param {string | object} value */
const event = (value) => ({ data: dataOf(value) });

/** @type {import("../dialect.js").StreamFormat} */
export const stream = {
  event,
  errorStatus: 503,
  // Google sends none; servers in between send a comment.
  ping: { comment: "ping" },
  broken: { data: '{"candidates":[{"content":{"parts":[{"text":"lo' },
  // The last event tells why the answer ends.
  isTerminator: (event) => "data" in event && event.data.includes('"finishReason"'),
};

/**
 * The values of the stream's events: first one without words, as of a model that thinks; last one with the reason of the
 * end and all that was counted.
 * @param {any} answer whole
 * @returns {object[]}
 */
export function partsOf({ candidates, usageMetadata: usage, ...rest }) {
  const begun = usage && { promptTokenCount: usage.promptTokenCount, totalTokenCount: usage.promptTokenCount };
  /** @param {any[]} parts @param {number} index */
  const spoken = (parts, index) => ({
    candidates: [{ content: { parts, role: "model" }, index }],
    ...(begun && { usageMetadata: begun }),
    ...rest,
  });
  const values = [];
  for (const { content, index } of candidates) values.push(spoken([{ text: "" }], index), ...content.parts.flatMap(split).map((/** @type {any} */ part) => spoken([part], index)));
  const ends = candidates.map((/** @type {any} */ { content: _, ...end }) => ({ content: { parts: [{ text: "" }], role: "model" }, ...end }));
  return [...values, { candidates: ends, ...(usage && { usageMetadata: usage }), ...rest }];
}

/** A part in pieces; the last of a text carries what signs it. @param {any} part */
function split(part) {
  if (part.text === undefined) return [part];
  const { text, thoughtSignature, ...kind } = part;
  const texts = pieces(text).map((piece) => ({ text: piece, ...kind }));
  return thoughtSignature === undefined ? texts : [...texts, { text: "", thoughtSignature }];
}
