/**
 * What the platform asks of anyone who stands between a caller and a provider, and who looks at an answer before it is handed
 * on: bodies are read and made anew. Nothing is chosen, scanned, changed, counted or timed, so no router can be faster.
 */

import { readBytes } from "../../js/platform/bytes.js";

const LIMIT = 32 * 1024 * 1024;
const decoder = new TextDecoder();

/**
 * @param {{ fetch: typeof fetch, url: string, apiKey: string }} provider
 */
export function floor({ fetch, url, apiKey }) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` };
  // A request that can be given up: no timer, which some share.
  const send = (body) => fetch(url, { method: "POST", headers, body, signal: new AbortController().signal });

  /** A body in, a `Response` out: whole, or handed on chunk by chunk. */
  const handle = async (body, isStream) => {
    const response = await send(body);
    if (isStream) return new Response(handedOn(response.body), { headers: { "content-type": "text/event-stream" } });
    return new Response(await readBytes(response, LIMIT), { headers: { "content-type": "application/json" } });
  };

  return {
    handle,

    /** An object in, an object out. */
    async complete(request) {
      const response = await send(JSON.stringify(request));
      return JSON.parse(decoder.decode(await readBytes(response, LIMIT)));
    },

    /** A `Request` in, a `Response` out. */
    async handleRequest(request, isStream) {
      return handle(await readBytes(request, LIMIT), isStream);
    },
  };
}

/** A body of ours whose chunks are the upstream's: an end, an error or a silence could be seen, and is not looked at. */
function handedOn(body) {
  const reader = body.getReader();
  let controller;
  const onChunk = ({ done, value }) => (done ? controller.close() : controller.enqueue(value));
  return new ReadableStream({
    start(given) {
      controller = given;
    },
    pull() {
      reader.read().then(onChunk, (error) => controller.error(error));
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
