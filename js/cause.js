// What a host's `fetch` threw, as far as it may be shown: it can hold the request, and the request holds the key.

/** How many values are looked at; what is larger is not shown. */
const MOST_VALUES = 4_000;

/** Shorter values would be found in any text. */
const LEAST_LENGTH = 4;

/** Headers that hold no secret, and values that many texts hold. */
const HARMLESS = new Set(["content-type", "accept"]);

/**
 * What was thrown, itself, unless a secret of the request could be read out of it.
 * @param {unknown} thrown
 * @param {Record<string, string>} headers those of the request
 * @returns {unknown} `undefined` where there is one
 */
export function causeOf(thrown, headers) {
  const values = Object.entries(headers).filter(([name]) => !HARMLESS.has(name));
  const secrets = values.map(([, value]) => value.replace(/^Bearer /, "")).filter((value) => value.length >= LEAST_LENGTH);
  try {
    return holds(thrown, secrets) ? undefined : thrown;
  } catch {
    // A getter or a proxy that throws: it cannot be known what it holds.
    return undefined;
  }
}

/**
 * Does a value, or anything that can be reached from it, hold one of the texts?
 * @param {unknown} value
 * @param {string[]} texts
 */
function holds(value, texts) {
  const seen = new Set();
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "string" && texts.some((text) => next.includes(text))) return true;
    if (typeof next !== "object" || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue;
    if (seen.size >= MOST_VALUES) return true;
    seen.add(next);
    if (next instanceof Error) waiting.push(next.message, next.stack);
    if (next instanceof Headers || next instanceof Map || next instanceof Set) waiting.push(...next);
    if (next instanceof Request || next instanceof Response) waiting.push(next.url, next.headers);
    for (const key of Reflect.ownKeys(next)) {
      waiting.push(key, Reflect.getOwnPropertyDescriptor(next, key)?.value);
    }
  }
  return false;
}

/** What is wrong with a send, in words that are no secret. The core redacts them once more. */
export function describe(error) {
  try {
    const cause = error?.cause;
    const message = typeof error?.message === "string" ? error.message : String(error);
    const reason = cause?.code ?? cause?.message;
    return typeof reason === "string" ? `${message} (${reason})` : message;
  } catch {
    return "something was thrown that tells nothing of itself";
  }
}
