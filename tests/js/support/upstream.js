/** Streams as an upstream writes them, sent by hand, and a time that only the test moves. Runs on every runtime. */

export const encode = (text) => new TextEncoder().encode(text);
export const decode = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** A chunk of a streamed completion. */
export const chunk = (delta, finish_reason = null) => ({
  ...{ id: "c1", object: "chat.completion.chunk", created: 1, model: "m" },
  choices: [{ index: 0, delta, finish_reason }],
});

/** A server-sent event. */
export const event = (value) => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

/** A time that passes only when the test says so: `host` for the router, and `pass(ms)`. */
export function virtualTime() {
  let ms = 1_700_000_000_000;
  const sleeps = new Set();
  const host = {
    now: () => ms,
    sleep: (duration, signal) =>
      new Promise((resolve) => {
        const sleep = { due: ms + duration, resolve };
        sleeps.add(sleep);
        signal.addEventListener("abort", () => sleeps.delete(sleep));
      }),
  };
  const pass = async (duration) => {
    ms += duration;
    for (const sleep of sleeps) if (sleep.due <= ms && sleeps.delete(sleep)) sleep.resolve();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { host, pass };
}

/** An upstream whose every chunk is sent by the test. */
export function byHand(kit, { config, host } = {}) {
  let controller;
  let cancelled = false;
  const body = new ReadableStream({ start: (given) => void (controller = given), cancel: () => void (cancelled = true) });
  const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
  const { router } = kit.single({ config, host: { ...host, fetch } });
  const send = (text) => controller.enqueue(encode(text));
  return { router, send, close: () => controller.close(), isCancelled: () => cancelled };
}
