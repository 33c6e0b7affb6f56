// Requests on their way to a provider that refuses what others put into transcripts.

import { assembled } from "./body.js";

/** Every name of what may be refused, or changes its shape, is one of these or begins so. Others may, too. */
const MARKS = /"(?:thinking|reasoning|cache|provider|tool|refusal|annotations|audio|extra)/;

const decoder = new TextDecoder();

/**
 * A body without what a provider refuses. Most hold nothing of it, and are looked through for that alone.
 * @param {import("./hub.js").Hub} hub
 * @param {string | Uint8Array} body
 * @param {number} deployment
 */
export function portable(hub, body, deployment) {
  if (!MARKS.test(typeof body === "string" ? body : decoder.decode(body))) return body;
  const { core } = hub;
  const source = hub.translate(body);
  core.corePortable(deployment);
  return assembled(core.corePieces(), core.coreReply(), source);
}
