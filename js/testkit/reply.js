/**
 * A reply as plain data, before it becomes a Response: what a dialect answers and what the faults then bend.
 */

/**
 * @typedef {object} Reply
 * @property {number} status
 * @property {Record<string, string>} headers lower-case names
 * @property {string | Uint8Array} [text] the body of a reply that is no stream
 * @property {string[]} [events] the data of each server-sent event; given instead of `text`
 * @property {string} [lineEnd] "\n" unless said otherwise
 * @property {number} [padding] bytes of blanks to add to the body
 */

/**
 * One thing that happens to a body on the wire: bytes arrive (`ends` marks the last bytes of an event, or of a body
 * that has no events), nothing more ever arrives, or the connection breaks.
 * @typedef {{ bytes: Uint8Array, ends: boolean } | { stall: true } | { failure: Error }} Step
 */

/**
 * A reply with a JSON body.
 * @param {number} status
 * @param {unknown} value
 * @returns {Reply}
 */
export function jsonReply(status, value) {
  return { status, headers: { "content-type": "application/json" }, text: JSON.stringify(value) };
}

/**
 * A 200 with a stream of server-sent events.
 * @param {(string | object)[]} events each one the data: text as it is, anything else as JSON
 * @returns {Reply}
 */
export function eventsReply(events) {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
    events: events.map((event) => (typeof event === "string" ? event : JSON.stringify(event))),
  };
}

/**
 * The bytes of a reply, one step an event. Lazy, so that a padded body of any size takes no memory.
 * @param {Reply} reply
 * @returns {Generator<Step, void>}
 */
export function* bodySteps({ text = "", events, lineEnd = "\n", padding = 0 }) {
  const encoder = new TextEncoder();
  if (!events) {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    if (padding > 0) yield* padded(bytes, padding, new Uint8Array(0));
    else if (bytes.length > 0) yield { bytes, ends: true };
    return;
  }
  // The second event is the first with content: that one grows, because a reader must hold it whole.
  const grown = padding > 0 ? Math.min(1, events.length - 1) : undefined;
  const blankLine = lineEnd + lineEnd;
  for (const [index, data] of events.entries()) {
    const line = `data: ${data.replaceAll("\n", `${lineEnd}data: `)}`;
    if (index === grown) yield* padded(encoder.encode(line), padding, encoder.encode(blankLine));
    else yield { bytes: encoder.encode(line + blankLine), ends: true };
  }
}

const BLOCK_BYTES = 65_536;

/**
 * Bytes, blanks and bytes as one event, in blocks.
 * @param {Uint8Array} head
 * @param {number} padding
 * @param {Uint8Array} tail
 * @returns {Generator<Step, void>}
 */
function* padded(head, padding, tail) {
  if (head.length > 0) yield { bytes: head, ends: false };
  let left = padding;
  for (; left > BLOCK_BYTES; left -= BLOCK_BYTES) yield { bytes: blanks(BLOCK_BYTES), ends: false };
  const last = new Uint8Array(left + tail.length);
  last.set(blanks(left));
  last.set(tail, left);
  yield { bytes: last, ends: true };
}

/** Blanks are legal at the end of any JSON text. A fresh array each time: a reader may transfer what it was given. */
function blanks(/** @type {number} */ length) {
  return new Uint8Array(length).fill(0x20);
}
