// Answers without a provider: `mock_response`, `mock_delay`, `mock_timeout`.

/**
 * What stands for a host's `fetch`: it rejects once its signal fires, as every `fetch` does.
 * @param {import("./hub.js").Hub} hub
 * @param {{ body?: string, delayMs?: number }} mock without a body nothing ever comes
 * @param {boolean} isStream
 * @param {AbortSignal} signal
 * @returns {Promise<Response>}
 */
export function mockedFetch(hub, { body, delayMs = 0 }, isStream, signal) {
  const type = isStream ? "text/event-stream" : "application/json";
  return new Promise((resolve, reject) => {
    const answer = () => resolve(new Response(body, { headers: { "content-type": type } }));
    let timer;
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
    if (body === undefined) return;
    if (hub.sleep) hub.sleep(delayMs, signal).then(answer, reject);
    else if (delayMs === 0) answer();
    else timer = setTimeout(answer, delayMs);
  });
}
