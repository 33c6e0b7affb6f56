/** Recorded bytes as an upstream sends them: in pieces of any size, to the end or cut off. */

/**
 * A body that arrives in pieces, and then ends: the connection is closed, or it breaks.
 * @param {Uint8Array[]} pieces
 * @param {"close" | "break"} [end]
 */
export function arriving(pieces, end = "close") {
  let next = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (next < pieces.length) {
          controller.enqueue(pieces[next]);
          next += 1;
        } else if (end === "break") controller.error(new TypeError("terminated"));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * A `fetch` that answers every request with a recorded response.
 * @param {import("./exchanges.mjs").Exchange} exchange
 * @param {(bytes: Uint8Array) => Uint8Array[]} [split]
 */
export const replaying = ({ bytes, status, contentType }, split = whole) => async () =>
  new Response(arriving(split(bytes)), { status, headers: { "content-type": contentType } });

/** All at once. */
export const whole = (bytes) => [bytes];

/** Every byte by itself. */
export const byteByByte = (bytes) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));

/**
 * Pieces of random sizes, half of them of a few bytes, so that the marks of a stream are split too.
 * @param {number} seed the same seed gives the same pieces
 */
export const atRandom = (seed) => (bytes) => {
  const random = numbers(seed);
  const pieces = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * (random() < 0.5 ? 4 : 700));
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};

/** Numbers from 0 to 1, as mulberry32 makes them. */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
