// Calls whose request has vanished: on workerd one whose client has left may end without a word, and nothing of it runs any
// more. What such a call holds in the core (its place, its slot) is given back when another call begins.

/**
 * Lets go of the calls of a router that nobody runs any more.
 * @param {import("./hub.js").Hub} hub
 */
export async function bury(hub) {
  for (const call of await hub.alarm.lost()) end(hub, call);
}

/**
 * Ends a call in the core alone. Its signal, its sends and whoever waited for it belong to a request that is gone: workerd
 * lets nobody else touch them.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./drive.js").Call} call
 */
function end(hub, call) {
  // After a trap the core is another one, which does not know it.
  if (call.isOver || call.core !== hub.core) return;
  call.ask((core, id) => {
    core.coreCancel(id, hub.now());
    while (core.coreAbort() >= 0);
    if (hub.events.isOn) hub.events.note();
    call.fault = core.coreError(id);
    call.report = hub.report(call);
    hub.callbacks?.note(call);
    core.coreRelease(id);
    hub.share();
  }, undefined);
}
