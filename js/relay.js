// A streamed answer as bytes: the upstream's own chunks go on untouched. After the commit the core sees only the
// end, so most chunks cost no call into it.

import { FAILED } from "./codes.js";
import { CancelledError } from "./errors.js";
import { Pump } from "./pump.js";
import { Tail } from "./tail.js";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/**
 * The body of a committed stream. It pulls when it is read, and holds nothing back.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./drive.js").Call} call
 */
export function relay(hub, call) {
  const { reader, held, plan } = call;
  const recording = plan.about?.recording;
  const tail = new Tail(held);
  let controller;
  let next = 0;
  let isReading = false;

  const hasTerminator = () =>
    call.ask((core, id) => core.coreHasTerminator(id, call.attempt, hub.window.put(tail.bytes)), false);
  /** Ends the body as the core says: never cleanly after a fault. */
  const end = (action) => {
    if (action === FAILED) {
      const wasTold = call.ask((core, id) => core.coreErrorWasTold(id), false);
      const error = call.fail();
      // To whoever gave up, the body fails as that of any `fetch` does.
      if (error instanceof CancelledError) return controller.error(error.cause);
      // The upstream may have broken off within an event, which must not swallow this one.
      if (!wasTold) controller.enqueue(encoder.encode(`\n\ndata: ${hub.wireOf(error)}\n\n`));
    } else call.end();
    controller.close();
  };
  // The stream waits for no promise: what comes is enqueued when it comes, and a promise a chunk is spared.
  const read = () => {
    isReading = true;
    call.waitingSince = hub.now();
    reader.read().then(onChunk, onError);
  };
  const onChunk = ({ done, value }) => {
    isReading = false;
    call.waitingSince = Infinity;
    if (call.isOver) return;
    if (done) return finish(undefined);
    tail.push(value);
    recording?.add(value);
    controller.enqueue(value);
  };
  const finish = (error) => {
    try {
      end(call.ended(tail.bytes, error));
    } catch (wrong) {
      controller.error(wrong);
    }
  };
  const onError = (error) => {
    isReading = false;
    if (!call.isOver) finish(error);
  };
  // An upstream may keep the connection open after its last word: that is no silence.
  call.atRest = () => {
    const isAtRest = next === held.length && hasTerminator();
    if (isAtRest) {
      reader.cancel().catch(() => {});
      end(call.ended(tail.bytes));
    }
    return isAtRest;
  };
  call.waitingSince = Infinity;
  call.onMoved = (action) => {
    if (action !== FAILED) return;
    reader.cancel().catch(() => {});
    end(action);
  };

  return new ReadableStream({
    start(given) {
      controller = given;
    },
    pull() {
      if (next < held.length) {
        recording?.add(held[next]);
        controller.enqueue(held[next]);
        next += 1;
        return undefined;
      }
      if (!isReading) read();
      return undefined;
    },
    cancel() {
      if (call.isOver) return;
      call.onMoved = undefined;
      call.cancel();
      call.fail();
      reader.cancel().catch(() => {});
    },
  }, { highWaterMark: 0 });
}

/**
 * The body of a committed stream whose events are written anew by the core.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./drive.js").Call} call
 */
export function relayEvents(hub, call) {
  const take = (core, id) => {
    const length = core.coreTake(id);
    return length === 0 ? NOTHING : hub.window.view(core.coreTaken(), length).slice();
  };
  const pump = new Pump(hub, call, take, (bytes) => call.push(bytes));
  /** @type {any} */
  let controller;
  let isAsking = false;
  let hasLeft = false;
  const onBytes = (bytes) => {
    isAsking = false;
    if (hasLeft) return;
    if (bytes === undefined) controller.close();
    else controller.enqueue(bytes);
  };
  const onError = (error) => {
    // Nothing is asked any more, though some runtimes pull while they take the event.
    if (hasLeft) return;
    if (error instanceof CancelledError) return controller.error(error.cause);
    controller.enqueue(encoder.encode(`data: ${hub.wireOf(error)}\n\n`));
    controller.close();
  };
  return new ReadableStream({
    start(given) {
      controller = given;
    },
    pull() {
      if (isAsking) return;
      isAsking = true;
      pump.ask(onBytes, onError);
    },
    cancel() {
      hasLeft = true;
      pump.leave();
    },
  }, { highWaterMark: 0 });
}

/** Lets go of a signal when the body that it could break off is gone. Not every runtime has this. */
const bodies = typeof FinalizationRegistry === "undefined" ? undefined : new FinalizationRegistry((letGo) => letGo());

/**
 * A body that the caller's signal breaks off, though the call is over.
 * @param {import("./drive.js").Call} call
 * @param {any} body
 */
function linked({ plan: { signal }, breakOff }, body) {
  if (!signal) return body;
  const onAbort = () => breakOff(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  bodies?.register(body, () => signal.removeEventListener("abort", onAbort));
  return body;
}

/**
 * The body of a stream that is over for the core, which does not watch its end.
 * @param {import("./drive.js").Call} call
 */
export function unwatched(call) {
  const { reader, held, response } = call;
  // Nothing of it has been read: the body itself goes on.
  if (!reader) return linked(call, response.body);
  let next = 0;
  return linked(call, new ReadableStream({
    async pull(controller) {
      if (next < held.length) {
        controller.enqueue(held[next]);
        next += 1;
        return;
      }
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 }));
}
