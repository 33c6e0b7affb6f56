/**
 * A loopback HTTP server over a fake provider, or over any `(Request) => Response`. Node only.
 */

import { createServer } from "node:http";
import { Readable } from "node:stream";
import { unlessAborted } from "./waiting.js";

/** @typedef {import("node:http").IncomingMessage} IncomingMessage */
/** @typedef {import("node:http").ServerResponse} ServerResponse */
/** @typedef {import("./server.js").ServeOptions} ServeOptions */
/** @typedef {import("./server.js").LoopbackServer} LoopbackServer */

/**
 * Puts a fake provider behind a socket. Its faults reach the socket: a refusal closes it before a byte, a cut in
 * the middle of the body; a client that leaves is recorded as an abort.
 * @param {{ fetch: typeof fetch }} provider
 * @param {ServeOptions} [options]
 * @returns {Promise<LoopbackServer>}
 */
export function serveProvider(provider, options) {
  // The client of the socket follows redirects, if anybody does.
  const handler = (/** @type {Request} */ request) => provider.fetch(request, { redirect: "manual" });
  return serveFetch(handler, {
    onError: (error) => (/** @type {any} */ (error)?.cause?.code === "ECONNREFUSED" ? undefined : failure(error)),
    ...options,
  });
}

/**
 * Serves a fetch handler.
 * @param {(request: Request) => Response | Promise<Response>} handler
 * @param {ServeOptions} [options]
 * @returns {Promise<LoopbackServer>}
 */
export async function serveFetch(handler, { port = 0, host = "127.0.0.1", onError = failure } = {}) {
  const authority = host.includes(":") ? `[${host}]` : host;
  const server = createServer(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on("close", () => {
      if (!outgoing.writableFinished) gone.abort(new DOMException("The client has gone.", "AbortError"));
    });
    try {
      await send(await handler(requestOf(incoming, `http://${authority}`, gone.signal)), outgoing, gone.signal);
    } catch (error) {
      if (gone.signal.aborted) return;
      const answer = outgoing.headersSent ? undefined : await onError(error);
      if (answer) await send(answer, outgoing, gone.signal);
      else incoming.socket.destroy();
    }
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(undefined));
  });
  const bound = /** @type {import("node:net").AddressInfo} */ (server.address()).port;
  /** @type {Promise<void> | undefined} */
  let closed;
  return {
    url: `http://${authority}:${bound}`,
    port: bound,
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

/**
 * @param {IncomingMessage} incoming
 * @param {string} origin where the client named no host
 * @param {AbortSignal} signal
 */
function requestOf(incoming, origin, signal) {
  const { method = "GET", headers, rawHeaders } = incoming;
  const url = new URL(incoming.url ?? "/", headers.host ? `http://${headers.host}` : origin);
  /** @type {[string, string][]} */
  const pairs = [];
  for (let i = 0; i < rawHeaders.length; i += 2) pairs.push([rawHeaders[i], rawHeaders[i + 1]]);
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? /** @type {ReadableStream} */ (Readable.toWeb(incoming)) : undefined;
  return new Request(url, { method, headers: pairs, body, signal, ...(hasBody && { duplex: "half" }) });
}

/**
 * Writes a response; resolves when it is out, rejects when its body fails or the client has gone.
 * @param {Response} response
 * @param {ServerResponse} outgoing
 * @param {AbortSignal} gone
 */
async function send(response, outgoing, gone) {
  outgoing.writeHead(response.status, [...response.headers].flat());
  const reader = response.body?.getReader();
  if (!reader) return void outgoing.end();
  outgoing.flushHeaders();
  // Whoever produces the body must hear at once that nobody reads it; a body that has failed has nothing to cancel.
  const leave = () => void reader.cancel(gone.reason).catch(() => {});
  if (gone.aborted) leave();
  gone.addEventListener("abort", leave, { once: true });
  for (;;) {
    const { done, value } = await reader.read();
    gone.throwIfAborted();
    if (done) return void outgoing.end();
    // Waiting for the kernel to take each chunk: a socket that is destroyed drops what it still holds. The signal
    // too, because Node never calls back for a write that a vanished client left behind.
    const written = new Promise((resolve, reject) => {
      outgoing.write(value, (error) => (error ? reject(error) : resolve(undefined)));
    });
    await unlessAborted(written, gone);
  }
}

/** @param {unknown} error */
function failure(error) {
  const message = error instanceof Error ? error.message : String(error);
  return Response.json({ error: { message, type: "server_error", param: null, code: null } }, { status: 500 });
}
