// Requests as texts that are equal only where what a provider reads is equal, however the members are ordered.

/** A number that JavaScript may not hold exactly: of sixteen digits and more, or very large or small. */
const INEXACT = /[\d.]{16}|[eE][+-]?\d{3}/;

/** How deep a request may be nested. One that is nested deeper is taken as it is, or not at all. */
const DEPTH = 256;

/**
 * A JSON value as text, with the members of every object sorted by their names.
 * @param {any} value what `JSON.parse` gives
 * @param {{ members: number }} [count] counts the members of all objects
 * @param {number} [depth]
 * @returns {string}
 */
export function canonical(value, count, depth = DEPTH) {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (depth === 0) throw new RangeError("nested too deeply");
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, count, depth - 1)).join()}]`;
  const names = Object.keys(value).sort();
  if (count) count.members += names.length;
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name], count, depth - 1)}`).join()}}`;
}

/**
 * A request that is given as an object, and without the router's keys.
 * @param {Record<string, any>} body what `JSON.parse` gives: dates are texts, and what is `undefined` is not there
 * @param {boolean} isChat
 */
export function objectText(body, isChat) {
  return { form: "json", content: canonical(asked(body, isChat)) };
}

/**
 * A body that came over `fetch`. One whose meaning a JavaScript object does not hold whole is taken as it is: numbers of many
 * digits, names that stand twice, and bytes that are no text.
 * @param {string | Uint8Array} source
 * @param {Set<string>} routerKeys those that are cut out of bodies
 * @param {boolean} isChat
 */
export function bodyText(source, routerKeys, isChat) {
  const raw = { form: "raw", content: source };
  let text = source;
  if (typeof text !== "string") {
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
    } catch {
      return raw;
    }
  }
  const skeleton = withoutStrings(text);
  if (INEXACT.test(skeleton)) return raw;
  const count = { members: 0 };
  const body = JSON.parse(text);
  canonical(body, count);
  if (count.members !== skeleton.split(":").length - 1) return raw;
  for (const key of routerKeys) delete body[key];
  return { form: "json", content: canonical(asked(body, isChat)) };
}

/** What stands between the strings of a JSON text. */
function withoutStrings(text) {
  let rest = "";
  for (let at = 0; ; ) {
    const open = text.indexOf('"', at);
    if (open < 0) return rest + text.slice(at);
    rest += text.slice(at, open);
    let close = open;
    do close = text.indexOf('"', close + 1);
    while (close > 0 && isEscaped(text, close));
    if (close < 0) return rest;
    at = close + 1;
  }
}

/** Stands an odd number of backslashes before a place? */
function isEscaped(text, place) {
  let from = place;
  while (text[from - 1] === "\\") from -= 1;
  return (place - from) % 2 === 1;
}

/**
 * Without what is told beside the request: its model, and whether the answer is a stream.
 * @param {any} request
 */
function asked({ model: _, ...body }, isChat) {
  if (isChat && (typeof body.stream === "boolean" || body.stream === null)) delete body.stream;
  return body;
}
