// What a request is known by, where the config has something that goes by it: shown to the core, which makes keys of it.

import { WINDOW_BYTES } from "./window.js";

/**
 * Of a request given as an object: its messages up to the first of the user's, and its user.
 * @param {import("./hub.js").Hub} hub
 * @param {Record<string, any>} body
 */
export function tellKeys({ core, window }, { messages, user }) {
  let length = 0;
  if (Array.isArray(messages)) {
    const first = messages.findIndex((message) => message?.role === "user");
    try {
      length = window.putText(JSON.stringify(messages.slice(0, first < 0 ? messages.length : first + 1)));
    } catch {
      // A request that is no JSON is refused later.
    }
  }
  core.coreKeys(length, typeof user === "string" ? user : undefined);
}

/**
 * Of a request whose body was scanned.
 * @param {import("./hub.js").Hub} hub
 * @param {string | Uint8Array} source
 * @param {string | undefined} tenant
 */
export function tellKeysOf({ core, window }, source, tenant) {
  const at = core.coreMessagesAt();
  const part = at < 0 ? "" : source.slice(at, at + WINDOW_BYTES);
  core.coreKeys(typeof part === "string" ? window.putText(part) : window.put(part), undefined, tenant);
}
