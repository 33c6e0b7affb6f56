/**
 * Seeded numbers: the same seed gives the same sequence on every runtime. Not for secrets.
 */

/**
 * Makes a generator of numbers in [0, 1) from a 32-bit seed (xorshift).
 * @param {number} seed any number; its low 32 bits count
 * @returns {() => number}
 */
export function random(seed) {
  // Neighbouring seeds must not start alike, and xorshift would stay at zero for ever.
  let state = scramble(seed >>> 0) || 0x6d2b79f5;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

/**
 * A 32-bit hash of a text (FNV-1a over UTF-16 units): a seed for what must depend on the text alone.
 * @param {string} text
 * @returns {number}
 */
export function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** @param {number} value */
function scramble(value) {
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
  return value ^ (value >>> 15);
}
