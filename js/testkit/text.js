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
