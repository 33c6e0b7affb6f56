/** A Worker with a router inside: one name for the callers, two deployments behind it, failover between them. */
import { env } from "cloudflare:workers";
import { Router } from "switchman";
import { fakeOpenAI } from "./fakes.js";

const api_key = env.OPENAI_API_KEY || "none";

// At module scope: one router an isolate, so that what one request learns about a deployment helps the next.
const router = new Router(
  {
    model_list: [
      { model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key } },
      { model_name: "chat", litellm_params: { model: "openai/gpt-4.1-mini", api_key } },
    ],
    num_retries: 2,
  },
  // Without a key the fakes answer in OpenAI's place. A worker of your own leaves this argument out.
  { fetch: env.OPENAI_API_KEY ? undefined : fakeOpenAI },
);

// A cron trigger finds out how the deployments are of which no call has told anything lately.
export default { fetch: (request) => router.fetch(request), scheduled: () => router.probe() };
