/**
 * Delivers the steps of a body as a byte stream that is driven by its reader: nothing is produced before it is asked for.
 */

/** @typedef {import("./reply.js").Step} Step */

/**
 * @param {Iterable<Step>} steps
 * @param {object} delivery
 * @param {import("./journal.js").Exchange} delivery.exchange told how the body ended
 * @param {number} delivery.chunkDelayMs wait between two chunks
 * @param {(ms: number, signal?: AbortSignal) => Promise<void>} delivery.sleep
 * @param {import("./gate.js").Gate} [delivery.gate] opened once for each chunk that follows a whole event
 * @returns {ReadableStream<Uint8Array>}
 */
export function bodyStream(steps, { exchange, chunkDelayMs, sleep, gate }) {
  const iterator = steps[Symbol.iterator]();
  // One step ahead: the last chunk and the end arrive together, so a reader that stops at the terminator has finished.
  let next = iterator.next();
  let isFirst = true;
  let isHalfSent = false;
  /** Ends a wait that nobody needs any more. @type {AbortController | undefined} */
  let waiting;

  /** @param {ReadableStreamDefaultController<Uint8Array>} controller */
  const closeAtEnd = (controller) => {
    if (!next.done) return;
    exchange.end("finished");
    controller.close();
  };

  /** @param {ReadableStreamDefaultController<Uint8Array>} controller */
  const deliver = (controller) => {
    if (next.done || "stall" in next.value) return;
    if ("failure" in next.value) {
      exchange.end("failed");
      controller.error(next.value.failure);
      return;
    }
    isFirst = false;
    isHalfSent = !next.value.ends;
    controller.enqueue(next.value.bytes);
    next = iterator.next();
    closeAtEnd(controller);
  };

  /** @param {ReadableStreamDefaultController<Uint8Array>} controller */
  const deliverLater = async (controller) => {
    waiting = new AbortController();
    const { signal } = waiting;
    try {
      if (!isHalfSent) await gate?.pass(signal);
      if (chunkDelayMs > 0) await sleep(chunkDelayMs, signal);
    } catch (error) {
      // Aborted and cancelled streams have been told already; any other failure is the injected sleep's own.
      if (signal.aborted) return;
      exchange.end("failed");
      throw error;
    }
    if (!signal.aborted) deliver(controller);
  };

  return new ReadableStream(
    {
      start(controller) {
        exchange.onAbort = (reason) => {
          waiting?.abort(reason);
          controller.error(reason);
        };
        closeAtEnd(controller);
      },
      pull(controller) {
        const isChunk = !next.done && "bytes" in next.value;
        if (isChunk && !isFirst && (chunkDelayMs > 0 || gate)) return deliverLater(controller);
        deliver(controller);
      },
      cancel(reason) {
        exchange.end("cancelled");
        waiting?.abort(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
