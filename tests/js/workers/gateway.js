/** A worker as a user writes it: one router at module scope, everything over HTTP. The config comes as a binding. */
import { env } from "cloudflare:workers";
import { Router } from "switchman";

const router = new Router(env.CONFIG, env.HOST);

export default { fetch: (request) => router.fetch(request) };
