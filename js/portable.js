// Requests on their way to a provider that does not take all that OpenAI, or another one, takes.

import { assembled } from "./body.js";

const decoder = new TextDecoder("latin1");
const { Buffer } = /** @type {any} */ (globalThis);

/** Bytes as a letter each, which is a copy and no decoding: what is looked for is ASCII. @param {Uint8Array} bytes */
const lettersOf = (bytes) => (Buffer ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1") : decoder.decode(bytes));

/**
 * A body as its provider takes it. Most need nothing, and are looked through for that alone.
 * @param {import("./hub.js").Hub} hub
 * @param {string | Uint8Array} body
 * @param {any} target
 */
export function portable(hub, body, { marks, deployment }) {
  if (!marks.test(typeof body === "string" ? body : lettersOf(body))) return body;
  const { core } = hub;
  const source = hub.translate(body);
  core.corePortable(deployment);
  return assembled(core.corePieces(), core.coreReply(), source);
}
