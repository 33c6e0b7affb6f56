/** The least that a relay can do: both bodies are handed on unseen. */

import { env } from "cloudflare:workers";
import { API_KEY, UPSTREAM } from "../payload.js";

export default {
  async fetch(request) {
    const headers = { "content-type": "application/json", authorization: `Bearer ${API_KEY}` };
    const response = await env.UPSTREAM.fetch(UPSTREAM, { method: "POST", headers, body: request.body });
    return new Response(response.body, { headers: { "content-type": response.headers.get("content-type") } });
  },
};
