/** What a program contains that stands before one provider: its own model names, and the usage of each answer. */

/**
 * @param {{ fetch: typeof fetch, url: string, apiKey: string, models: Record<string, string>,
 *   onUsage: (usage: unknown) => void }} provider `models`: the provider's name for each of ours
 * @returns {(request: Request) => Promise<Response>}
 */
export function proxy({ fetch, url, apiKey, models, onUsage }) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` };

  return async (request) => {
    const body = await request.json();
    body.model = models[body.model];
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok) return new Response(response.body, { status: response.status });
    if (body.stream) {
      return new Response(watched(response.body, onUsage), { headers: { "content-type": "text/event-stream" } });
    }
    const answer = await response.json();
    onUsage(answer.usage);
    return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  };
}

/** Hands the chunks on and looks into the events for the usage. */
function watched(body, onUsage) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
        const { usage } = JSON.parse(line.slice(6));
        if (usage) onUsage(usage);
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
