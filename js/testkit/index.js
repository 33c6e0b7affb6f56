/**
 * A fake LLM provider for tests, benches and demos, as a `fetch`-compatible function. Runs wherever `fetch`,
 * `Response` and `ReadableStream` exist; `./server.js` puts it behind a real socket on Node.
 */

import { FakeProvider } from "./provider.js";

export { faultKinds } from "./faults/index.js";
export { errorBody as azureError, filteredPrompt as azureFilteredPrompt } from "./azure/errors.js";
export { errorBody as anthropicError } from "./anthropic/errors.js";
export { errorBody as geminiError } from "./gemini/errors.js";
export { errorBody as openaiError } from "./openai/errors.js";

/**
 * Makes a fake provider. Does no I/O, reads no clock and draws no randomness, so it may stand at module scope.
 * @param {import("./index.js").FakeProviderOptions} [options]
 * @returns {import("./index.js").FakeProvider}
 * @throws {TypeError} for an option or a fault that does not exist or holds what it must not
 */
export function fakeProvider(options) {
  return new FakeProvider(options);
}
