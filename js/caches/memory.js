// A response cache in the memory of one process. No timer runs: what has expired is noticed when it is looked at.

/** @type {typeof import("./memory.js").memoryCache} */
export function memoryCache({ now = Date.now, maxItems = 1_000, maxBytes = 16 * 1024 * 1024 } = {}) {
  for (const [name, bound] of Object.entries({ maxItems, maxBytes })) {
    if (!Number.isInteger(bound) || bound < 1) throw new RangeError(`${name} must be a whole number, 1 or more`);
  }
  /** The one that was used last stands last. @type {Map<string, { value: string, bytes: number, expires: number }>} */
  const items = new Map();
  let held = 0;

  /** @param {string} key */
  const forget = (key) => {
    held -= items.get(key)?.bytes ?? 0;
    items.delete(key);
  };

  return {
    get(key) {
      const item = items.get(key);
      if (!item) return null;
      if (item.expires <= now()) {
        forget(key);
        return null;
      }
      items.delete(key);
      items.set(key, item);
      return item.value;
    },
    set(key, value, ttlSeconds) {
      forget(key);
      // As engines hold them: a byte a character at least, and two at most.
      const bytes = 2 * (key.length + value.length);
      if (bytes > maxBytes || !(ttlSeconds > 0)) return;
      items.set(key, { value, bytes, expires: now() + ttlSeconds * 1000 });
      held += bytes;
      for (const [oldest] of items) {
        if (items.size <= maxItems && held <= maxBytes) break;
        forget(oldest);
      }
    },
  };
}
