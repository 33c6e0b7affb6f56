/**
 * A reply as plain data, before it becomes a Response: what a dialect answers and what the faults then bend.
 */

/**
 * @typedef {object} Reply
 * @property {number} status
 * @property {Record<string, string>} headers lower-case names
 * @property {string | Uint8Array} [text] the body of a reply that is no stream
 * @property {StreamEvent[]} [events] the server-sent events; given instead of `text`
 * @property {string} [lineEnd] "\n" unless said otherwise
 * @property {string} [comment] stands as a comment line before and in every event
 * @property {number} [padding] bytes of blanks to add to the body
 */

/**
 * One block of a stream: an event, or a comment that no reader hears of. `isContent` marks the first event that brings
 * some of the answer.
 * @typedef {{ data: string, name?: string, isContent?: boolean } | { comment: string }} StreamEvent
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
 * @param {StreamEvent[]} events
 * @param {number} [contentAt] the first event that brings some of the answer
 * @returns {Reply}
 */
export function eventsReply(events, contentAt = 1) {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
    events: events.map((event, index) => (index === contentAt ? { ...event, isContent: true } : event)),
  };
}

/**
 * A value as the data of an event: text as it is, anything else as JSON.
 * @param {unknown} value
 */
export const dataOf = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * Where the first event with content stands; the last event, where none is marked.
 * @param {StreamEvent[]} events
 */
export function contentIndex(events) {
  const found = events.findIndex((event) => "isContent" in event);
  return found < 0 ? events.length - 1 : found;
}

/**
 * The bytes of a reply, one step an event. Lazy, so that a padded body of any size takes no memory.
 * @param {Reply} reply
 * @returns {Generator<Step, void>}
 */
export function* bodySteps({ text = "", events, lineEnd = "\n", comment, padding = 0 }) {
  const encoder = new TextEncoder();
  if (!events) {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    if (padding > 0) yield* padded(bytes, padding, new Uint8Array(0));
    else if (bytes.length > 0) yield { bytes, ends: true };
    return;
  }
  const grown = padding > 0 ? contentIndex(events) : undefined;
  const remark = comment === undefined ? [] : [`: ${comment}`];
  for (const [index, event] of events.entries()) {
    const block = [...(remark.length > 0 ? [...remark, ""] : []), ...linesOf(event)].join(lineEnd);
    const rest = ["", ...remark, "", ""].join(lineEnd);
    if (index === grown) yield* padded(encoder.encode(block), padding, encoder.encode(rest));
    else yield { bytes: encoder.encode(block + rest), ends: true };
  }
}

/** The lines of an event; its data is last. @param {StreamEvent} event */
function linesOf(event) {
  if ("comment" in event) return [`: ${event.comment}`];
  const data = event.data.split("\n").map((line) => `data: ${line}`);
  return event.name === undefined ? data : [`event: ${event.name}`, ...data];
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
