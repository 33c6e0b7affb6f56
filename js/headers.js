// Which headers of a caller's request go on to the provider. Everything else stays: above all the caller's own
// credentials and cookies, which are none of the provider's business.

const FORWARDED = ["openai-beta", "idempotency-key", "x-client-request-id"];

/**
 * The caller's headers that go on; `undefined` if there are none.
 * @param {any} headers a `Headers`, an object or a list of pairs
 * @returns {Record<string, string> | undefined}
 */
export function callerHeaders(headers) {
  if (!headers) return undefined;
  /** @type {Record<string, string> | undefined} */
  let kept;
  if (typeof headers.get === "function") {
    for (const name of FORWARDED) {
      const value = headers.get(name);
      if (value !== null) (kept ??= {})[name] = value;
    }
    return kept;
  }
  const given = typeof headers[Symbol.iterator] === "function" ? headers : Object.entries(headers);
  for (const [name, value] of given) {
    const lower = String(name).toLowerCase();
    if (FORWARDED.includes(lower)) (kept ??= {})[lower] = String(value);
  }
  return kept;
}

/** A list of names and values in turn, as pairs. */
export function* pairs(list) {
  for (let at = 0; at < list.length; at += 2) yield [list[at], list[at + 1]];
}
