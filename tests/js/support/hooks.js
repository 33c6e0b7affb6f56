/** Functions of the host's that a call waits for: every way to call, and every way in which such a function may answer. */

import { CHAT, CHAT_URL, all, post } from "./kit.js";

export const STREAM = { ...CHAT, stream: true };

const fetched = (asked) => async (router, more, options) => {
  const response = await router.fetch(CHAT_URL, post({ ...asked, ...more, ...options }));
  const text = await response.text();
  if (!response.ok) throw Object.assign(new Error(text), { status: response.status, ...JSON.parse(text).error });
  return response.headers.get("x-switchman-model-id");
};

/** Every way to call, with more members than `CHAT` has and with options: the id of who answered, or the call's error. */
export const WAYS = {
  completion: async (router, more, options) => (await router.completion({ ...CHAT, ...more }, options))._hidden_params.model_id,
  async "completion, streamed"(router, more, options) {
    const stream = await router.completion({ ...STREAM, ...more }, options);
    await all(stream);
    return stream.meta.model_id;
  },
  fetch: fetched(CHAT),
  "fetch, streamed": fetched(STREAM),
};

/** Every way to answer. */
export const ANSWERS = {
  "at once": (said) => said,
  "by a promise": async (said) => said,
  "by a promise of another kind": (said) => ({ then: (resolve) => setTimeout(resolve, 1, said) }),
};
