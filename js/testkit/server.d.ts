/**
 * A loopback HTTP server over a fake provider, or over any fetch handler. Node only.
 *
 * ```js
 * import { fakeProvider } from "switchman/testkit";
 * import { serveProvider } from "switchman/testkit/server";
 *
 * const server = await serveProvider(fakeProvider({ name: "alpha" }));
 * // baseURL: `${server.url}/v1`
 * await server.close();
 * ```
 */

import type { FakeProvider } from "./index.js";

export interface ServeOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default "127.0.0.1". */
  host?: string;
  /**
   * Turns what the handler threw into an answer; none closes the connection. Default: a 500 with the message
   * (`serveProvider`: none where the provider refuses). After the head has gone out, an error always closes the connection.
   */
  onError?: (error: unknown) => Response | undefined | Promise<Response | undefined>;
}

export interface LoopbackServer {
  /** Without a slash at the end and without `/v1`. */
  readonly url: string;
  readonly port: number;
  /** Closes all connections, also those in use; resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Puts a fake provider behind a socket. Its faults reach the socket: a refusal closes it before a byte, a cut in the
 * middle of the body; a client that leaves is recorded as an abort. Rejects when the port cannot be had.
 */
export function serveProvider(provider: Pick<FakeProvider, "fetch">, options?: ServeOptions): Promise<LoopbackServer>;

/** Serves a fetch handler; the request's signal fires when the client leaves. Rejects when the port cannot be had. */
export function serveFetch(
  handler: (request: Request) => Response | Promise<Response>,
  options?: ServeOptions,
): Promise<LoopbackServer>;
