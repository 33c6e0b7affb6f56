// What the facade adds to the program's store before the core may use it. The core decides what is asked and told.

/** After so long the store has failed, in milliseconds: what waits for it is let go. */
const LIMIT_MS = 10_000;

/** How old the view of a store may become that does not say, in milliseconds. */
const FRESH_MS = 5_000;

/** The longest that a store may ask for: a day. */
const LONGEST_MS = 86_400_000;

/**
 * A promise of the program's own kind, or none at all, as one that settles within the limit; but never for an instance of
 * the wasm that has trapped meanwhile, which must not be called any more.
 * @param {import("./realm.js").Realm} realm
 * @param {() => unknown} operation
 */
function within(realm, operation) {
  const { generation } = realm;
  return new Promise((resolve, reject) => {
    const settle = (done) => (value) => {
      clearTimeout(timer);
      if (realm.generation === generation) done(value);
    };
    const late = settle(reject);
    const timer = setTimeout(() => late(new Error(`the store took more than ${LIMIT_MS} ms`)), LIMIT_MS);
    // The process need not stay for it.
    /** @type {any} */ (timer).unref?.();
    new Promise((begun) => begun(operation())).then(settle(resolve), settle(reject));
  });
}

/**
 * A store whose promises all settle.
 * @param {import("./realm.js").Realm} realm
 * @param {import("./index.js").Store} store
 */
export const settling = (realm, store) => ({
  load: (keys) => within(realm, () => store.load(keys)),
  apply: (batchId, ops) => within(realm, () => store.apply(batchId, ops)),
  reserve: (key, amount, limit, ttl) => within(realm, () => /** @type {any} */ (store).reserve(key, amount, limit, ttl)),
});

/**
 * Tells a core what a store can carry: circuits need `max`, counts need `add`, times need `put`; one that has `reserve` keeps limits.
 * @param {any} core
 * @param {import("./index.js").Store} store one that says nothing of itself carries circuits
 */
export function carry(core, store) {
  const { capabilities } = store;
  const ops = Array.isArray(capabilities?.ops) ? capabilities.ops : ["max"];
  const asked = Number(capabilities?.freshMs);
  const freshMs = asked >= 0 ? Math.min(asked, LONGEST_MS) : FRESH_MS;
  core.coreCarry(ops.includes("max"), ops.includes("add"), ops.includes("put"), typeof store.reserve === "function", freshMs);
}
