/** Secrets with a mark, and every way to call with a look at what comes back. Runs on every runtime. */

import { CHAT, CHAT_URL, all, post } from "./kit.js";

/** Of the deployment: one that looks like a key, and one that does not. */
export const KEY = "sk-marked-0123456789abcdefghij";
export const TENANT = "tenant/of+zebra 42 (marked)";
/** Of the caller. */
export const CALLER = "caller-marked-9876543210";
export const SECRETS = [KEY, TENANT, CALLER];

const STREAM = { ...CHAT, stream: true };

/** What the deployment is configured with. */
export const params = { api_key: KEY, extra_headers: { "x-tenant": TENANT } };
/** What the caller sends. */
export const headers = {
  authorization: `Bearer ${CALLER}`,
  "content-type": "application/json",
  cookie: `session=${CALLER}`,
  "x-api-key": CALLER,
  "proxy-authorization": CALLER,
  "openai-organization": CALLER,
  "x-forwarded-for": CALLER,
};

/** Every way to call; what comes back, be it an error, is given to `look`. */
export const WAYS = {
  async completion(router, look) {
    const answer = await router.completion(CHAT).catch((error) => error);
    look("the answer", answer);
    look("its metadata", answer._hidden_params);
    if (answer.toResponse) look("its response", answer.toResponse());
  },
  async "completion, streamed"(router, look) {
    const stream = await router.completion(STREAM).catch((error) => error);
    look("the stream", stream);
    if (stream instanceof Error) return;
    look("how it ends", await all(stream).catch((error) => error));
    look("its metadata", stream.meta);
  },
  async "completion, streamed into a response"(router, look) {
    const stream = await router.completion(STREAM).catch((error) => error);
    if (stream instanceof Error) return;
    const response = stream.toResponse();
    look("the response", response);
    look("its body", await response.text());
  },
  async fetch(router, look) {
    const response = await router.fetch(CHAT_URL, post(CHAT, { headers }));
    look("the response", response);
    look("its body", await response.text());
  },
  async "fetch, streamed"(router, look, { relays }) {
    const response = await router.fetch(CHAT_URL, post(STREAM, { headers }));
    look("the response", response);
    const text = await response.text();
    // A byte relay hands on what the provider says after its first content.
    if (!relays) look("its body", text);
  },
};
