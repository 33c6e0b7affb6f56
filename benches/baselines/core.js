/**
 * The floor of a `completion` with the core's calls in it, in a straight line: what any driver of this core takes at least.
 * Nothing can be given up, told, timed or tried again, and the config has to be one whose calls go well.
 */

import { readFileSync } from "node:fs";
import * as glue from "../../pkg/switchman.js";
import { readBytes } from "../../js/platform/bytes.js";

const LIMIT = 32 * 1024 * 1024;
const CHAT = 1;
const decoder = new TextDecoder();

/**
 * @param {{ fetch: typeof fetch, url: string, apiKey: string, config: object }} provider
 * @returns {(request: any, model: string) => Promise<any>} `model`: what the group stands for
 */
export function core({ fetch, url, apiKey, config }) {
  glue.initSync({ module: readFileSync(new URL("../../pkg/switchman_bg.wasm", import.meta.url)) });
  const router = new glue.Router(config, {}, () => undefined);
  router.coreIdPrefix();
  router.corePrices(new glue.CorePrices(readFileSync(new URL("../../prices/first-tier.txt", import.meta.url))));
  const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` };

  return async (request, model) => {
    router.coreBegin(CHAT, request.model, false, false, undefined, undefined, undefined, Date.now());
    const id = router.coreCall();
    router.coreAttemptDeployment(id, router.coreAttempt(id));
    const { signal } = new AbortController();
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ ...request, model }), signal });
    router.coreHead(id, 0, response.status, "", Date.now());
    const answer = JSON.parse(decoder.decode(await readBytes(response, LIMIT)));
    const { prompt_tokens, completion_tokens, total_tokens } = answer.usage;
    router.coreAnsweredWith(id, 0, prompt_tokens, completion_tokens, total_tokens, 0, 0, true, Date.now());
    router.coreRecord(id);
    router.coreRelease(id);
    return answer;
  };
}
