/**
 * The words a fake provider speaks, and how it counts them.
 */

const FILLER = "every word here is made up so that tests can tell which provider answered them and how long".split(" ");

/**
 * A sentence of so many words that names the provider.
 * @param {string} name
 * @param {number} words at least 1
 * @returns {string}
 */
export function sentence(name, words) {
  const opening = ["Hello", "from", name].slice(-words);
  const rest = Array.from({ length: words - opening.length }, (_, i) => FILLER[i % FILLER.length]);
  return [...opening, ...rest].join(" ");
}

/** How a sentence of any fake provider begins. */
const OPENING = /^Hello from (\S+)/;

/**
 * What a provider says to a call; where its answer was begun, what is left of it.
 * @param {import("./index.js").Call} call
 * @param {import("./dialect.js").Settings} settings
 * @param {string} begun "" where nothing was
 * @param {(said: string) => unknown} [shape] makes the JSON value that was asked for of the default sentence
 * @returns {Promise<string>}
 */
export async function spoken(call, { name, reply, words }, begun, shape) {
  if (reply !== undefined) return restOf(String(typeof reply === "function" ? await reply(call) : reply), begun);
  if (shape) return restOf(JSON.stringify(shape(sentence(name, words))), begun);
  // A sentence that another fake began is ended as that one would have: then the whole does not tell who broke off.
  const [, speaker = name] = OPENING.exec(begun) ?? [];
  const said = [name, speaker].map((one) => sentence(one, words));
  return restOf(said.find((text) => text.startsWith(begun)) ?? said[0], begun);
}

/**
 * What a begun text lacks to be the whole one. A beginning that is none is followed by all of it.
 * @param {string} text
 * @param {string} begun
 */
function restOf(text, begun) {
  return text.startsWith(begun) ? text.slice(begun.length) : text;
}

/**
 * Cuts a text at its words; the pieces joined give the text again.
 * @param {string} text
 * @returns {string[]}
 */
export function pieces(text) {
  return text.match(/\s*\S+(?:\s+$)?|^\s+$/g) ?? [];
}

/**
 * A plausible number of tokens: four characters each, as English has on average.
 * @param {string} text
 * @returns {number}
 */
export function countTokens(text) {
  return Math.ceil(text.length / 4);
}
