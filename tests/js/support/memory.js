/**
 * The linear memory of the package. It is not exported, but whoever is there first sees it made: import this module before
 * the package. Runs on every runtime.
 */

/** @type {WebAssembly.Memory | undefined} */
let memory;

const { Instance } = WebAssembly;
WebAssembly.Instance = /** @type {any} */ (
  function (...args) {
    // @ts-ignore: handed on as they are.
    const instance = new Instance(...args);
    const exported = instance.exports.memory;
    if (exported) memory = /** @type {WebAssembly.Memory} */ (exported);
    return instance;
  }
);
WebAssembly.Instance.prototype = Instance.prototype;

/** How large it is, in bytes. */
export function memoryBytes() {
  if (!memory) throw new Error("the package was loaded before this module");
  return memory.buffer.byteLength;
}
