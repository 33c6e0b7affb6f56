/**
 * Signatures of thoughts: what the fake signs, and which it takes back.
 */

import { hash, random } from "../random.js";

const SIGNATURE_BYTES = 48;

/** Stands for one that nobody has; the field holds bytes, so that the text itself is read as base64 too. */
const UNSIGNED = ["c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=", "skip_thought_signature_validator"];

/** Whether a model wants its signatures back. @param {string} model */
export const isStrict = (model) => Number(/^gemini-(\d+)/.exec(model)?.[1] ?? 0) >= 3;

/**
 * The signature of a part. It depends on the model and the part, so that none can be moved elsewhere.
 * @param {string} model
 * @param {unknown} part
 * @returns {string}
 */
export function signatureOf(model, part) {
  const draw = random(hash(`${model} ${JSON.stringify(part)}`));
  return btoa(String.fromCharCode(...Array.from({ length: SIGNATURE_BYTES }, () => Math.floor(draw() * 256))));
}

/**
 * What is wrong with the signatures in a conversation. Those before the last words of the user are not looked at.
 * @param {{ role?: string, parts: any[] }[]} contents
 * @param {string} model
 * @returns {Generator<string, void>}
 */
export function* signatureMistakes(contents, model) {
  const isWords = (/** @type {{ role?: string, parts: any[] }} */ { role, parts }) => role !== "model" && parts.some((/** @type {any} */ part) => part.text !== undefined);
  const from = contents.findLastIndex(isWords);
  for (const [index, { role, parts }] of contents.entries()) {
    if (index <= from || role !== "model") continue;
    const first = parts.find(({ functionCall }) => functionCall);
    if (first === undefined) continue;
    const { functionCall: call, thoughtSignature: signature } = first;
    if (signature === undefined) {
      if (isStrict(model))
        yield `Function call is missing a thought_signature in functionCall parts. Function call \`${call.name}\` in the \`${index + 1}.\` content block is missing a \`thought_signature\`.`;
    } else if (!UNSIGNED.includes(signature) && signature !== signatureOf(model, { name: call.name, args: call.args })) {
      yield "Corrupted thought signature.";
    }
  }
}
