/** The relay by hand. */

import { env } from "cloudflare:workers";
import { proxy } from "../baselines/by-hand.js";
import { ALIAS, API_KEY, MODEL, UPSTREAM } from "../payload.js";

let tokens = 0;

const handle = proxy({
  fetch: (url, init) => env.UPSTREAM.fetch(url, init),
  url: UPSTREAM,
  apiKey: API_KEY,
  models: { [ALIAS]: MODEL },
  onUsage: (usage) => (tokens += usage.total_tokens),
});

export default { fetch: (request) => handle(request) };
