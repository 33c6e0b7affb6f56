/** The provider: answers at once, whole or in as many chunks as `max_tokens` says. Knows one model only. */

import { ANSWER, bodyOf, MODEL, replyHeaders, streamChunks } from "../payload.js";

const whole = new TextEncoder().encode(JSON.stringify(ANSWER));
const chunksOf = new Map();

export default {
  async fetch(request) {
    const { model, stream, max_tokens } = await request.json();
    if (model !== MODEL) return new Response(`no model ${model}`, { status: 404 });
    if (!stream) return new Response(whole, { headers: replyHeaders("application/json") });
    if (!chunksOf.has(max_tokens)) chunksOf.set(max_tokens, streamChunks(max_tokens));
    return new Response(bodyOf(chunksOf.get(max_tokens)), { headers: replyHeaders("text/event-stream; charset=utf-8") });
  },
};
