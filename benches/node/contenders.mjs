/** The ways to have one request of a case answered, over the same stub of a provider. */

import { Router } from "switchman";
import { client } from "../baselines/bare.js";
import { proxy } from "../baselines/by-hand.js";
import { core } from "../baselines/core.js";
import { floor } from "../baselines/floor.js";
import {
  ALIAS, ANSWER, API_KEY, bodyOf, chatRequest, CONFIG, messageChunks, MESSAGES_CONFIG, MODEL, PATH, replyHeaders, streamChunks, UPSTREAM,
} from "../payload.js";
import { CHUNKS } from "./cases.mjs";

const OWN = `http://127.0.0.1${PATH}`;
const HEADERS = { "content-type": "application/json" };

/**
 * A provider that answers at once. Like any stub it is kinder than a network: it never encodes the body that it is sent.
 * @param {import("./cases.mjs").Case} one
 */
function stubProvider({ isStream, isTranslated }) {
  const chunks = isTranslated ? messageChunks(CHUNKS) : streamChunks(CHUNKS);
  const whole = new TextEncoder().encode(JSON.stringify(ANSWER));
  const json = replyHeaders("application/json");
  const events = replyHeaders("text/event-stream; charset=utf-8");
  const stub = {
    /** The last request, for the check. @type {{ url: string, init: RequestInit } | undefined} */
    last: undefined,
    fetch(url, init) {
      stub.last = { url, init };
      const response = isStream ? new Response(bodyOf(chunks), { headers: events }) : new Response(whole, { headers: json });
      return Promise.resolve(response);
    },
  };
  return stub;
}

/** Consumes a response as its reader would. */
async function consumed(response, isStream) {
  if (!response.ok) throw new Error(`answered ${response.status}: ${await response.text()}`);
  return isStream ? collected(response.body) : response.json();
}

async function collected(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** A request as a server gets it, made anew each time; its cost is in the figures of all who take one. */
function incoming(one) {
  const body = JSON.stringify(chatRequest(one));
  return () => new Request(OWN, { method: "POST", headers: HEADERS, body });
}

const contenders = {
  bare(one, fetch) {
    const { complete, stream } = client({ fetch, url: UPSTREAM, apiKey: API_KEY });
    const request = chatRequest({ ...one, model: MODEL });
    return one.isStream ? () => collected(stream(request)) : () => complete(request);
  },

  "by-hand"(one, fetch) {
    let used;
    const onUsage = (usage) => (used = usage);
    const handle = proxy({ fetch, url: UPSTREAM, apiKey: API_KEY, models: { [ALIAS]: MODEL }, onUsage });
    const request = incoming(one);
    return async () => {
      const answer = await consumed(await handle(request()), one.isStream);
      if (!used) throw new Error("the usage was not seen");
      return answer;
    };
  },

  router(one, fetch) {
    const router = new Router(one.isTranslated ? MESSAGES_CONFIG : CONFIG, { fetch });
    const object = chatRequest(one);
    if (one.via === "completion") {
      return one.isStream ? async () => collected(await router.completion(object)) : () => router.completion(object);
    }
    if (one.via === "init") {
      // The caller's JSON.stringify counts here as it does in the baseline.
      return async () => consumed(await router.fetch(OWN, { method: "POST", headers: HEADERS, body: JSON.stringify(object) }), one.isStream);
    }
    const request = incoming(one);
    return async () => consumed(await router.fetch(request()), one.isStream);
  },

  /** The least that any router does. Objects of a stream are left out: they are the caller's own parsing. */
  floor(one, fetch) {
    const { complete, handle, handleRequest } = floor({ fetch, url: UPSTREAM, apiKey: API_KEY });
    const object = chatRequest({ ...one, model: MODEL });
    if (one.via === "completion") return () => complete(object);
    if (one.via === "init") return async () => consumed(await handle(JSON.stringify(object), one.isStream), one.isStream);
    const request = incoming({ ...one, model: MODEL });
    return async () => consumed(await handleRequest(request(), one.isStream), one.isStream);
  },

  /** The floor with the core's calls in it. */
  core(one, fetch) {
    if (one.via !== "completion" || one.isStream) throw new RangeError(`the core alone has no "${one.name}"`);
    const complete = core({ fetch, url: UPSTREAM, apiKey: API_KEY, config: CONFIG });
    const object = chatRequest(one);
    return () => complete(object, MODEL);
  },

  /** The router without a translation: what is left is what the translation costs. */
  relayed: (one, fetch) => contenders.router(one, fetch),
};

/** Who may run. */
export const names = Object.keys(contenders);

/**
 * @param {string} name one of {@link names}
 * @param {import("./cases.mjs").Case} one
 * @returns {{ once: () => Promise<any>, sent: () => { url: string, init: RequestInit } | undefined,
 *   ran: import("./cases.mjs").Case }} `once` has one request answered and gives the answer, wholly consumed; `sent` is what
 *   the provider got last; `ran` is the case as this contender runs it
 */
export function contender(name, one) {
  if (!names.includes(name)) throw new RangeError(`no contender "${name}": ${names.join(", ")}`);
  const ran = name === "relayed" ? { ...one, isTranslated: false } : one;
  const stub = stubProvider(ran);
  return { once: contenders[name](ran, stub.fetch), sent: () => stub.last, ran };
}
