/**
 * What a provider receives: the arguments of `fetch` (a Request, or a URL and an init) as one plain object.
 *
 * Text and byte bodies are read synchronously, so that requests are recorded in the order of the `fetch` calls.
 */

import { unlessAborted } from "./waiting.js";

/**
 * @typedef {object} ProviderRequest
 * @property {string} method upper case
 * @property {string} url absolute
 * @property {string} path the URL's path, without its query
 * @property {Record<string, string>} headers lower-case names
 * @property {string} text the body as text; "" when there is none
 * @property {unknown} body the parsed JSON, or the text where it is no JSON
 * @property {AbortSignal | undefined} signal
 * @property {string} redirect "follow", "error" or "manual"
 */

/**
 * Reads what was given to `fetch`.
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 * @returns {ProviderRequest | Promise<ProviderRequest>} a promise only for a body that must be awaited
 * @throws {TypeError} for a URL that does not parse and for a body on GET or HEAD, as `fetch` does
 */
export function readRequest(input, init = {}) {
  const source = typeof input === "object" && "url" in input ? input : undefined;
  const url = new URL(source ? source.url : String(input), globalThis.location?.href);
  const method = (init.method ?? source?.method ?? "GET").toUpperCase();
  const headers = new Headers(init.headers ?? source?.headers);
  const signal = (init.signal !== undefined ? init.signal : source?.signal) ?? undefined;
  const mayHaveBody = method !== "GET" && method !== "HEAD";
  if (init.body != null && !mayHaveBody) throw new TypeError("Request with GET/HEAD method cannot have body.");
  // Not every browser has Request.body: undefined means that only reading will tell.
  const body = init.body ?? (mayHaveBody && source?.body !== null ? source : undefined);

  /** @param {string} text @returns {ProviderRequest} */
  const whole = (text) => ({
    method,
    url: url.href,
    path: url.pathname,
    headers: Object.fromEntries(headers),
    text,
    body: parsed(text),
    signal,
    redirect: init.redirect ?? source?.redirect ?? "follow",
  });

  if (body == null) return whole("");
  if (typeof body === "string") {
    if (!headers.has("content-type")) headers.set("content-type", "text/plain;charset=UTF-8");
    return whole(body);
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return whole(new TextDecoder().decode(body));
  if (body === source) return unlessAborted(body.text(), signal).then(whole);
  if (body instanceof ReadableStream) return readStream(body, signal).then(whole);
  // Blob, FormData, URLSearchParams: the platform knows their bytes and their content type.
  const carrier = new Response(/** @type {BodyInit} */ (body));
  const type = carrier.headers.get("content-type");
  if (type && !headers.has("content-type")) headers.set("content-type", type);
  return unlessAborted(carrier.text(), signal).then(whole);
}

/**
 * The request that a runtime's `fetch` sends after a redirect: a POST turned into a GET where the status says so,
 * and no credential for another origin.
 * @param {ProviderRequest} request
 * @param {number} status
 * @param {string} location
 * @returns {ProviderRequest}
 */
export function redirectedRequest(request, status, location) {
  const url = new URL(location, request.url);
  const headers = { ...request.headers };
  if (url.origin !== new URL(request.url).origin) {
    for (const name of ["authorization", "cookie", "proxy-authorization"]) delete headers[name];
  }
  const next = { ...request, url: url.href, path: url.pathname, headers };
  const dropsBody = status === 303 || (status < 303 && request.method === "POST");
  if (!dropsBody) return next;
  for (const name of ["content-type", "content-length", "content-encoding"]) delete headers[name];
  return { ...next, method: "GET", text: "", body: "" };
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {AbortSignal} [signal] aborting cancels the caller's stream
 */
async function readStream(stream, signal) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await unlessAborted(reader.read(), signal);
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    // What the caller's own cancel callback throws has nobody left to hear it: the request already fails with `error`.
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
