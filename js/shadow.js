// Copies of calls, to which nobody listens. The core says which there are; here they are sent, and read to their end.

import { OVER, SEND } from "./codes.js";
import { Call } from "./drive.js";
import { chunksOf, CompletionStream } from "./stream.js";

/**
 * Begins the shadows of a call whose send was just made.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./send.js").Sender} sender
 */
export function castShadows(hub, { core, id, plan }) {
  for (let nth = 0; ; nth += 1) {
    const action = core.coreShadow(id, nth, hub.now());
    if (action === OVER) return;
    if (action === SEND) hub.outlive(follow(hub, new Call(hub, action, copyOf(hub, plan))));
  }
}

/** The same request, without what belongs to its caller. The body is made in this turn, while the core knows the call. */
function copyOf(hub, plan) {
  const { surface, isStream, body, source, headers, about } = plan;
  const said = { metadata: about?.metadata, tags: [...(about?.tags ?? []), "shadow"], sessionId: about?.sessionId };
  return {
    surface,
    isStream,
    body,
    source,
    headers,
    objects: true,
    steers: false,
    started: hub.now(),
    about: hub.callbacks?.about(said, () => text(hub, source())),
    parse: (bytes) => JSON.parse(hub.platform.decode(bytes)),
  };
}

const text = ({ platform }, source) => (typeof source === "string" ? source : platform.decode(source));

/** Never rejects: how it went is told by its events. */
async function follow(hub, call) {
  try {
    await call.run();
    if (call.isOver) return;
    for await (const _ of new CompletionStream(hub, call, chunksOf(hub, call)));
  } catch {
    // It is told, and it is nobody's error.
  }
}
