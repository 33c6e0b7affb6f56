// Requests on their way to a provider that does not take all that OpenAI, or another one, takes.

import { assembled } from "./body.js";

/**
 * A body as its provider takes it. Most need nothing, and are looked through for that alone.
 * @param {import("./hub.js").Hub} hub
 * @param {string | Uint8Array} body
 * @param {any} target one whose requests may need it
 */
export function portable(hub, body, { deployment }) {
  const { core, window } = hub;
  let isMarked = false;
  const look = (length) => {
    isMarked ||= core.coreIsMarked(deployment, length);
  };
  if (typeof body === "string") window.eachOfText(body, look);
  else window.each(body, look);
  if (!isMarked) return body;
  const source = hub.translate(body);
  core.corePortable(deployment);
  return assembled(hub, source);
}
