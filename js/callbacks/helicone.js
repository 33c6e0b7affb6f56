// Helicone, through its endpoint for logs: a message for each call, with the request and the answer in OpenAI's words.
// Where content is not recorded, both have all but that.

import { headerValue } from "../answer.js";

/** @param {Record<string, string>} env @returns {import("./outlets.js").Lane[]} */
export function helicone({ HELICONE_API_KEY: key, HELICONE_API_BASE: base }) {
  const home = (base ?? "https://api.worker.helicone.ai").replace(/\/+$/, "");
  return [{
    signal: null,
    url: `${home}/custom/v1/log`,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    most: 1,
    body: ([call]) => JSON.stringify({ providerRequest: requestOf(call), providerResponse: responseOf(call), timing: timingOf(call) }),
  }];
}

/** @param {import("./call.js").Told} call */
function requestOf({ id, model, facts, operation, isStream, isUsageEstimated, estimated, retries, fallbacks, said, content }) {
  const { sessionId, userId, traceName, tags } = said;
  const told = {
    "Helicone-Property-Call-Id": id,
    "Helicone-Property-Requested-Model": model,
    "Helicone-Property-Provider": facts?.provider,
    "Helicone-Property-Deployment": facts?.id,
    "Helicone-Property-Retries": String(retries),
    "Helicone-Property-Fallbacks": String(fallbacks),
    // Helicone works the cost out by itself, of the usage of the answer alone.
    "Helicone-Property-Usage-Estimated": isUsageEstimated ? "true" : undefined,
    "Helicone-Property-Estimated-Cost": estimated > 0 ? String(estimated) : undefined,
    "Helicone-Property-Tags": tags.length > 0 ? tags.join(",") : undefined,
    "Helicone-Session-Id": sessionId,
    "Helicone-Session-Name": traceName,
    "Helicone-User-Id": userId,
  };
  // Helicone reads them as headers, which hold no other letters.
  const meta = Object.fromEntries(Object.entries(told).flatMap(([name, value]) => (value ? [[name, headerValue(value)]] : [])));
  const request = content?.request ?? (operation === "chat" ? { messages: [] } : { input: "" });
  return { url: "custom-model-nopath", json: { model: facts?.model ?? model, stream: isStream, ...request }, meta };
}

/** @param {import("./call.js").Told} call */
function responseOf({ id, facts, model, operation, status, error, usage, content }) {
  const headers = {};
  if (error !== null) return { json: { error: { type: error } }, status: status ?? 500, headers };
  const object = operation === "chat" ? "chat.completion" : "list";
  const list = operation === "chat" ? { choices: [] } : { data: [] };
  const used = usage && {
    prompt_tokens: usage.prompt_tokens,
    completion_tokens: usage.completion_tokens,
    total_tokens: usage.total_tokens,
    prompt_tokens_details: { cached_tokens: usage.cached_tokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoning_tokens },
  };
  const json = { id, object, model: facts?.model ?? model, ...list, ...content?.answer, ...(used && { usage: used }) };
  return { json, status: status ?? 200, headers };
}

/** @param {import("./call.js").Told} call */
function timingOf({ start, end, firstMs }) {
  const moment = (ms) => ({ seconds: Math.floor(ms / 1_000), milliseconds: Math.floor(ms % 1_000) });
  return { startTime: moment(start), endTime: moment(end), ...(firstMs !== null && { timeToFirstToken: firstMs }) };
}
