/** Stores for the cases: one that does what it is told, and what makes the worst of any. */

/** Everything in a map; nothing expires. */
export function plainStore(capabilities = { ops: ["add", "max", "put"], freshMs: 0 }) {
  const values = new Map();
  const batches = [];
  const write = ({ key, kind, value }) => {
    const known = values.get(key);
    if (kind === "put" || typeof known !== "number") values.set(key, value);
    else values.set(key, kind === "add" ? known + value : Math.max(known, value));
  };
  return {
    capabilities,
    values,
    /** What has been applied: the id and the operations of each batch. */
    batches,
    async load(keys) {
      return keys.map((key) => values.get(key) ?? null);
    },
    async apply(batchId, ops) {
      batches.push({ batchId, ops });
      ops.forEach(write);
    },
  };
}

/** The same, as one that keeps limits. */
export function reserving(store) {
  store.reserve = async (key, amount, limit) => {
    const wanted = (store.values.get(key) ?? 0) + amount;
    if (wanted > limit) return false;
    store.values.set(key, wanted);
    store.most = Math.max(store.most ?? 0, wanted);
    return true;
  };
  return store;
}

/** Nothing that a store should answer; each a function, so that some may throw. */
const RUBBISH = [
  () => null,
  () => undefined,
  () => "values",
  () => 7,
  () => ({ length: 3 }),
  () => [Number.NaN, -1, Infinity, "1", {}, [], true, 10n, 2 ** 53 - 1],
  (keys) => keys.map(() => 2 ** 53 - 1),
  (keys) => keys.map(() => Date.now() + 50_000),
  (keys) => keys.map(() => 1e15),
  (keys) => keys.map(() => new Uint8Array(1_000_000)),
  (keys) => keys.map(() => Uint8Array.of(1, 0, 0, 0, 0)),
  (keys) => keys.map(() => new Proxy({}, { get: fails, getPrototypeOf: fails })),
  () => new Proxy([], { get: fails }),
  () => Object.assign([], { length: 4_000_000_000 }),
  () => ({ then: fails }),
  () => ({ get then() { return fails(); } }),
];

function fails() {
  throw new Error("a store that throws");
}

const never = () => new Promise(() => {});

/**
 * A store that answers as another one would, and then, turn by turn, late, not at all, with an error, with something else,
 * or what it was not asked.
 * @param {any} store
 */
export function hostile(store) {
  let turn = 0;
  const held = [];
  const loads = [
    (keys) => store.load(keys),
    () => Promise.reject(new Error("no")),
    fails,
    async (keys) => (await store.load(keys)).reverse(),
    async (keys) => (await store.load(keys)).slice(1),
    async (keys) => (await store.load(keys)).flatMap((value) => [value, value]),
    ...RUBBISH.map((rubbish) => (keys) => rubbish(keys)),
    async (keys) => RUBBISH[turn % RUBBISH.length](keys),
  ];
  const writes = [
    (id, ops) => store.apply(id, ops),
    () => Promise.reject(new Error("no")),
    fails,
    // Lost, and told to be written.
    () => undefined,
    async (id, ops) => {
      await store.apply(id, ops);
      await store.apply(`${id}-again`, [...ops].reverse());
      throw new Error("written, and told not to be");
    },
    async (id, ops) => void held.push([id, ops]),
    async () => {
      for (const [id, ops] of held.splice(0).reverse()) await store.apply(id, ops);
    },
    async (id, ops) => store.apply(id, ops.filter(({ kind }) => kind !== "add").map((op) => (op.kind === "max" ? { ...op, value: 2 ** 53 - 1 } : op))),
  ];
  const next = (list) => list[(turn += 1) % list.length];
  return {
    capabilities: { ...store.capabilities, freshMs: 0 },
    load: (keys) => next(loads)(keys),
    apply: (id, ops) => next(writes)(id, ops),
    /** Anything but a plain no, which counts. */
    reserve: (key) => RUBBISH[(turn += 1) % RUBBISH.length]([key]),
    /** From now on nothing is ever answered. */
    hang() {
      loads.splice(0, loads.length, never);
      writes.splice(0, writes.length, never);
    },
  };
}
