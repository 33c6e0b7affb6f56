// How many tokens a request may use: asked only where a limit of the config counts them.

const encoder = new TextEncoder();

/** How long the host may count. */
const COUNT_MS = 1_000;

/**
 * What the host counts in a request; `undefined` if it has no counter, or does not count in time.
 * @param {import("./hub.js").Hub} hub
 * @param {unknown} request
 * @returns {Promise<number | undefined>}
 */
export async function counted({ tokenCounter, sleep }, request) {
  const controller = new AbortController();
  const { signal } = controller;
  let timer;
  const late = new Promise((resolve) => {
    if (sleep) sleep(COUNT_MS, signal).then(resolve, resolve);
    else timer = setTimeout(resolve, COUNT_MS);
  });
  try {
    const tokens = await Promise.race([tokenCounter(request), late]);
    return typeof tokens === "number" && tokens >= 0 ? tokens : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

/** The bytes of a request as it is sent. One that is no JSON is refused later. */
export function bytesOf(body) {
  try {
    return encoder.encode(JSON.stringify(body)).length;
  } catch {
    return 0;
  }
}

/**
 * The bound that a request sets for its answer; -1 if it sets none.
 * @param {Record<string, any>} body
 */
export function allowance({ max_completion_tokens, max_tokens }) {
  const asked = max_completion_tokens ?? max_tokens;
  return typeof asked === "number" ? asked : -1;
}
