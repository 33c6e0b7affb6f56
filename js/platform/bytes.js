// Reading a whole body as bytes, with a bound.

/** The body is longer than the bound. */
export class TooLong extends Error {
  /** @param {number} limit */
  constructor(limit) {
    super(`the body is longer than ${limit} bytes`);
  }
}

const EMPTY = new Uint8Array(0);

/**
 * Throws for a piece of a body that is no bytes: a host's `fetch` may have made the body of anything. Bytes may be of another realm.
 * @param {unknown} piece
 */
export function checkBytes(piece) {
  if (!ArrayBuffer.isView(piece)) throw new TypeError("the host's `fetch` gave a body that is no bytes");
}

/**
 * Reads a body to its end.
 * @param {{ body: ReadableStream<Uint8Array> | null }} source a `Request` or a `Response`
 * @param {number} limit in bytes
 * @param {{ left: number }} [shared] what it and others may have together, in bytes; what is read is taken off
 * @returns {Promise<Uint8Array>}
 */
export async function readBytes(source, limit, shared) {
  if (source.body === null) return EMPTY;
  const reader = source.body.getReader();
  /** @type {Uint8Array} */
  let whole = EMPTY;
  /** @type {Uint8Array[] | undefined} */
  let parts;
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    checkBytes(value);
    length += value.length;
    if (shared) shared.left -= value.length;
    if (length > limit || (shared && shared.left < 0)) {
      reader.cancel().catch(() => {});
      throw new TooLong(limit);
    }
    if (parts) parts.push(value);
    else if (whole.length > 0) parts = [whole, value];
    else whole = value;
  }
  return parts ? join(parts, length) : whole;
}

/**
 * @param {Uint8Array[]} parts
 * @param {number} length
 */
export function join(parts, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The first bytes of a body, for an error message; the rest is not read.
 * @param {{ body: ReadableStream<Uint8Array> | null }} source
 * @param {number} limit in bytes
 */
export async function readStart(source, limit) {
  if (source.body === null) return EMPTY;
  const reader = source.body.getReader();
  const parts = [];
  let length = 0;
  while (length < limit) {
    // A body that breaks off says less, and the status in front of it still counts.
    const { value } = await reader.read().catch(() => ({ value: undefined }));
    if (value === undefined) return join(parts, length);
    parts.push(value);
    length += value.length;
  }
  reader.cancel().catch(() => {});
  return join(parts, length).subarray(0, limit);
}

/**
 * An answer that nobody waits for any more: a host's `fetch` need not honour its signal.
 * @param {Response | Promise<Response>} sent
 */
export function discard(sent) {
  Promise.resolve(sent).then((response) => response.body?.cancel()).catch(() => {});
}
