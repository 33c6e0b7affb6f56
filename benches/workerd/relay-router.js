/** The relay as a router. */

import { env } from "cloudflare:workers";
import { Router } from "switchman";
import { CONFIG } from "../payload.js";

const router = new Router(CONFIG, { fetch: (url, init) => env.UPSTREAM.fetch(url, init) });

export default { fetch: (request) => router.fetch(request) };
