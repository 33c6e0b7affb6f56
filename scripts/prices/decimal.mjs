/** Exact decimals: what a JSON text says of money, without a binary fraction on the way. */

/** Digits behind the point of a dollar that are kept: 1e-12 USD. */
const SCALE = 12;

/**
 * JSON whose numbers become their own texts, as in `{"a": "1.5e-07"}`.
 * @param {string} json
 */
export function parseExact(json) {
  const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  return JSON.parse(json.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}

/**
 * An amount in USD as a whole number of 1e-12 USD.
 * @param {string} text
 * @returns {{ pico: bigint, exact: boolean } | undefined} `exact` is false where something finer was rounded off;
 *   undefined for what is no decimal number, or below zero
 */
export function pico(text) {
  const [, whole, fraction = "", exponent = "0"] = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length + SCALE;
  if (shift >= 0) return { pico: digits * 10n ** BigInt(shift), exact: true };
  const unit = 10n ** BigInt(-shift);
  return { pico: (digits + unit / 2n) / unit, exact: digits % unit === 0n };
}

/**
 * A number without its trailing zeros, and without the zero in front of its point: millionths as a decimal.
 * @param {bigint} millionths
 */
export function decimalOf(millionths) {
  const digits = String(millionths).padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  const whole = digits.slice(0, -6).replace(/^0+/, "");
  return fraction ? `${whole}.${fraction}` : whole || "0";
}

/**
 * A whole number, such as `128000` or `1.28e5`; undefined for anything else.
 * @param {string | undefined} text
 */
export function whole(text) {
  const number = Number(text);
  return text !== undefined && text !== "" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
