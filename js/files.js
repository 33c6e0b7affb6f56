// Files that a request names by their address, and that its provider does not fetch itself: fetched with the host's `fetch`,
// from where the core allows it, and sent on in base64.

import { discard, readBytes, TooLong } from "./platform/bytes.js";

/** How often a server may send to another place. */
const MOST_HOPS = 3;

/** Bytes that become text at once; a number of threes, so that no padding comes in between. */
const CHUNK = 3 * 8_192;

/** Why a file is not there, in words that name its host and nothing else of its address, which may hold a signature. */
class FileError extends Error {}

/** @typedef {{ type: string, data: string }} File `data` in base64 */

/**
 * The files at some addresses. Those of a call are fetched once, for all of its sends.
 * @param {import("./hub.js").Hub} hub
 * @param {any} plan of the call
 * @param {string[]} addresses
 * @param {AbortSignal} signal
 * @returns {Promise<File[]>} rejects with an error whose message may be shown
 */
export async function filesAt(hub, plan, addresses, signal) {
  /** @type {Map<string, Promise<File>>} */
  const known = (plan.files ??= new Map());
  // All of them are held at once: each alone would fit, and all together fill an isolate.
  const shared = { left: hub.maxBodyBytes };
  const fetched = (address) => {
    const file = fileAt(hub, address, signal, shared);
    known.set(address, file);
    // The next send may fare better.
    file.catch(() => known.delete(address));
    return file;
  };
  return Promise.all(addresses.map((address) => {
    // What a send beside this one has begun ends with that one.
    const again = (error) => (signal.aborted ? Promise.reject(error) : fetched(address));
    return known.get(address)?.catch(again) ?? fetched(address);
  }));
}

async function fileAt(hub, address, signal, shared) {
  const fetch = hub.fetch ?? globalThis.fetch;
  let url = parsed(address, undefined);
  for (let hops = 0; ; hops += 1) {
    check(hub, url);
    /** @type {Response} */
    let response;
    try {
      response = await fetch(url.href, { headers: { accept: "*/*" }, redirect: "manual", signal });
    } catch {
      throw new FileError(`a file at ${url.host} could not be fetched: no connection`);
    }
    const { status, headers } = response;
    const place = headers.get("location");
    if (status >= 300 && status < 400 && place !== null && hops < MOST_HOPS) {
      discard(response);
      url = parsed(place, url);
    } else if (response.ok) {
      const data = base64(await bytesOf(hub, response, url, shared));
      return { type: typeOf(headers.get("content-type")), data };
    } else {
      discard(response);
      throw new FileError(`a file at ${url.host} could not be fetched: it answered ${status}`);
    }
  }
}

function parsed(address, base) {
  try {
    return new URL(address, base);
  } catch {
    throw new FileError("a file of the request has no address that can be read");
  }
}

/** Where it leads to is the core's to allow. */
function check(hub, { protocol, hostname, host, port, username, password }) {
  if (hub.core.coreMayFetch(protocol.slice(0, -1), hostname, port) && username === "" && password === "") return;
  throw new FileError(`files are not fetched from ${host || protocol}: \`user_url_allowed_hosts\` does not name it`);
}

async function bytesOf(hub, response, { host }, shared) {
  const limit = hub.core.coreMaxFileBytes();
  try {
    if (Number(response.headers.get("content-length")) > limit) {
      discard(response);
      throw new TooLong(limit);
    }
    return await readBytes(response, limit, shared);
  } catch (error) {
    const isFull = shared.left < 0;
    const long = isFull ? `the files of the request are longer than ${hub.maxBodyBytes} bytes together` : `it is longer than ${limit} bytes`;
    const reason = isFull || error instanceof TooLong ? long : "it broke off";
    throw new FileError(`a file at ${host} could not be fetched: ${reason}`);
  }
}

/** What a server says of a file's type; empty where that says nothing. @param {string | null} told */
function typeOf(told) {
  const type = (told ?? "").split(";")[0].trim().toLowerCase();
  return type.endsWith("/octet-stream") ? "" : type;
}

/** @param {any} bytes */
function base64(bytes) {
  if (typeof bytes.toBase64 === "function") return bytes.toBase64();
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  return text;
}
