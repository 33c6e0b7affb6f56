/** A worker whose one deployment takes one call at a time, and whose clock can be set forward. */
import { env } from "cloudflare:workers";
import { Router } from "switchman";

const { now } = Date;
let aheadMs = 0;
Date.now = () => now() + aheadMs;

const router = new Router(env.CONFIG);
const told = [];
router.on("request_end", ({ error }) => told.push(error));

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/later") aheadMs += Number(searchParams.get("ms"));
    if (!pathname.startsWith("/v1")) return Response.json({ running: router.coreRunning(), told });
    return router.fetch(request);
  },
};
