/** What a program contains that calls one provider and nothing more: no choice, no second try, no metadata. */

/**
 * @param {{ fetch: typeof fetch, url: string, apiKey: string }} provider
 */
export function client({ fetch, url, apiKey }) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` };

  async function send(request) {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok) throw new Error(`the provider answered ${response.status}`);
    return response;
  }

  return {
    async complete(request) {
      const response = await send(request);
      return response.json();
    },

    async *stream(request) {
      const response = await send(request);
      const decoder = new TextDecoder();
      let rest = "";
      for await (const bytes of response.body) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
        rest = lines.pop();
        for (const line of lines) {
          if (line === "data: [DONE]") return;
          if (line.startsWith("data: ")) yield JSON.parse(line.slice(6));
        }
      }
    },
  };
}
