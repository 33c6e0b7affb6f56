// Which headers of a caller's request go on to the provider, and what those of a reply tell of limits. Everything else of a
// request stays: above all the caller's own credentials and cookies, which are none of the provider's business.

const FORWARDED = ["openai-beta", "idempotency-key", "x-client-request-id"];

/** What a header may hold: an object or a list, unlike a `Headers`, has not been looked at by the runtime. */
const FIT = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The caller's headers that go on; `undefined` if there are none.
 * @param {any} headers a `Headers`, an object or a list of pairs
 * @returns {Record<string, string> | undefined}
 * @throws {TypeError} where one of them holds what no header may: every send would fail of it, and count against its deployment
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
    if (!FORWARDED.includes(lower)) continue;
    if (!FIT.test(value)) throw new TypeError(`the header \`${lower}\` holds what no header may`);
    (kept ??= {})[lower] = String(value);
  }
  return kept;
}

/** A list of names and values in turn, as pairs. */
export function* pairs(list) {
  for (let at = 0; at < list.length; at += 2) yield [list[at], list[at + 1]];
}

/** So many replies without a word on limits, and only one in so many is looked at. */
const SELDOM = 16;

/**
 * What a reply of 2xx tells of its provider's limits, a line each.
 * @param {Headers} headers
 * @param {{ limits: string[], untold: number }} target `limits`: the name of what is left, and that of when it is counted
 *   anew, in turn
 */
export function limitLines(headers, target) {
  const { limits, untold } = target;
  if (limits.length === 0) return "";
  // A look costs half a microsecond: at who does not tell there is one now and then.
  target.untold = untold + 1;
  if (untold >= SELDOM && untold % SELDOM !== 0) return "";
  let lines = "";
  for (let at = 0; at < limits.length; at += 2) {
    const left = headers.get(limits[at]);
    if (left !== null) lines += `${limits[at]}: ${left}\n${limits[at + 1]}: ${headers.get(limits[at + 1]) ?? ""}\n`;
  }
  if (lines !== "") target.untold = 0;
  return lines;
}
