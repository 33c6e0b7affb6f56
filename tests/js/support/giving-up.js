/** What a call that was given up must look like, from both ends. Runs on every runtime. */

import assert from "node:assert/strict";

/** Is it one of the ways that go over `fetch`? */
export const isFetch = (way) => way.startsWith("fetch");

/** In process the error is a typed one; a `fetch` rejects with the signal's own reason. */
export function assertAborted(kit, way, error, reason) {
  if (isFetch(way)) return assert.equal(error, reason);
  assert.equal(error.name, "AbortError");
  assert.ok(error instanceof kit.RouterError && error instanceof Error);
  assert.equal(error.cause, reason);
  assert.equal(error.side, "caller");
}

/** Was the provider told? */
export const assertGivenUp = ({ calls }) => {
  assert.equal(calls.length, 1);
  assert.ok(calls[0].aborted || calls[0].cancelled, "the provider was not told");
  assert.equal(calls[0].finished, false);
};

/** A turn of the event loop. */
export const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
