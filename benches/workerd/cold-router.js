/** A worker that makes a router at module scope, and has one request answered by it. */

import { Router } from "switchman";
import { ALIAS, ANSWER, CONFIG, replyHeaders } from "../payload.js";

const fetch = async () => new Response(JSON.stringify(ANSWER), { headers: replyHeaders("application/json") });
const router = new Router(CONFIG, { fetch });

export default {
  async fetch() {
    return Response.json(await router.completion({ model: ALIAS, messages: [{ role: "user", content: "Hello" }] }));
  },
};
