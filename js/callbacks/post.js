// One message to a service, and what becomes of it. Nothing that it says is shown to anybody: only its status counts.

import { discard, readStart } from "../platform/bytes.js";

/** How much of an answer is read, so that its connection can be used again. */
const READ_BYTES = 64 * 1024;

/** What may go well at another time, as OTLP's specification has it. */
const LATER = new Set([429, 502, 503, 504]);

/**
 * @typedef {{ is: "done" } | { is: "later", why: string, afterMs?: number } | { is: "too large" | "refused", why: string }} Outcome
 */

/**
 * Sends a message. Never rejects.
 * @param {typeof globalThis.fetch} fetch
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {string} body
 * @param {number} limitMs after so long it has failed
 * @param {import("./queue.js").Clock} clock
 * @returns {Promise<Outcome>}
 */
export async function post(fetch, url, headers, body, limitMs, clock) {
  const controller = new AbortController();
  try {
    // Redirects are not followed: the headers hold keys.
    const init = { method: "POST", headers, body, redirect: "manual", signal: controller.signal };
    const sent = Promise.resolve(fetch(url, /** @type {RequestInit} */ (init)));
    // Who sends need not honour the signal.
    /** @type {Outcome} */
    const late = { is: "later", why: "timeout" };
    const over = sent.then((response) => answered(response, clock.now()));
    const outcome = await Promise.race([over, clock.wait(limitMs, controller.signal).then(() => late)]);
    if (outcome === late) {
      discard(sent);
      over.catch(() => {});
    }
    return outcome;
  } catch {
    return { is: "later", why: "network" };
  } finally {
    controller.abort();
  }
}

/** @param {Response} response @param {number} now @returns {Promise<Outcome>} */
async function answered(response, now) {
  await readStart(response, READ_BYTES);
  const { status, ok, headers } = response;
  const why = String(status);
  if (ok) return { is: "done" };
  if (status === 413) return { is: "too large", why };
  if (!LATER.has(status)) return { is: "refused", why };
  return { is: "later", why, afterMs: waitOf(headers.get("retry-after"), now) };
}

/** What `Retry-After` asks for, in milliseconds: it tells seconds, or a date. @param {string | null} value @param {number} now */
function waitOf(value, now) {
  if (value === null) return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(value) - now;
  return ms > 0 ? ms : undefined;
}
