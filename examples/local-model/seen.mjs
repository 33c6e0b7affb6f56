/** What the caller of one stream has seen, chunk by chunk, whichever way it came. Judges nothing: verdict.mjs does. */

import { RouterError } from "switchman";

export class Seen {
  /** The text, put together as any client would. */
  text = "";
  /** How much of it had come when a marker told of another deployment, in characters. */
  seam = 0;
  /** Chunks with text; llama.cpp's server sends one for each token. */
  pieces = 0;
  /** How many of them had come at the seam. */
  piecesAtSeam = 0;
  /** Chunks that tell the role. */
  roles = 0;
  /** Every `finish_reason`. @type {string[]} */
  finishes = [];
  /** Clean ends: a `[DONE]`, or the end of the objects. */
  ends = 0;
  /** The errors that it ended with: thrown, or an event. @type {any[]} */
  errors = [];
  /** @type {import("switchman").StreamMarker[]} */
  markers = [];
  /** The different `id`s of the chunks. @type {Set<string>} */
  ids = new Set();
  /** The last usage told. @type {{ completion_tokens: number } | undefined} */
  usage = undefined;
  /** Of objects: how the answer came about. @type {import("switchman").HiddenParams | undefined} */
  meta = undefined;
  /** Of a `Response`: its status and headers. @type {Response | undefined} */
  response = undefined;

  /** @param {any} chunk */
  add({ id, choices, usage, switchman }) {
    this.ids.add(id);
    if (usage) this.usage = usage;
    if (switchman) {
      this.markers.push(switchman);
      this.seam = this.text.length;
      this.piecesAtSeam = this.pieces;
    }
    for (const { delta, finish_reason } of choices) {
      if (delta.role) this.roles += 1;
      if (delta.content) this.pieces += 1;
      this.text += delta.content ?? "";
      if (finish_reason) this.finishes.push(finish_reason);
    }
  }
}

/**
 * Asks for a stream as objects. Resolves with its first words, to a function that reads it to its end and calls back
 * after each chunk.
 *
 * @param {import("switchman").Router} router
 * @param {object} request
 * @param {Seen} seen
 * @returns {Promise<(onChunk: () => void) => Promise<void>>}
 */
export async function askForObjects(router, request, seen) {
  const stream = await noting(seen, () => router.completion({ ...request, stream: true }));
  return async (onChunk) => {
    if (!stream) return;
    await noting(seen, async () => {
      for await (const chunk of stream) {
        seen.add(chunk);
        onChunk();
      }
      seen.ends += 1;
      seen.meta = stream.meta;
    });
  };
}

/** The same over `fetch`: the events are read as they stand in the body. */
export async function askOverFetch(router, request, seen) {
  const body = JSON.stringify({ ...request, stream: true });
  const headers = { "content-type": "application/json" };
  seen.response = await router.fetch("http://router/v1/chat/completions", { method: "POST", headers, body });
  return async (onChunk) => {
    for await (const data of events(seen.response.body)) {
      if (data === "[DONE]") seen.ends += 1;
      else {
        const chunk = JSON.parse(data);
        if (chunk.error) seen.errors.push(chunk.error);
        else seen.add(chunk);
      }
      onChunk();
    }
  };
}

/** Notes an error of the router's; any other is a bug of this example. */
async function noting(seen, action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof RouterError)) throw error;
    seen.errors.push(error);
  }
}

/** The `data` of the events of a body. An error of a status other than 200 is one piece of JSON, and is taken for an event. */
async function* events(body) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n\n");
    rest = parts.pop();
    for (const part of parts) if (part) yield part.replace(/^data: /, "");
  }
  if (rest) yield rest.replace(/^data: /, "");
}
