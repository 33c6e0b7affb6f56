// One send: the request goes out, and what comes back is read. Decides nothing.

import { assembled, behind } from "./body.js";
import { causeOf, describe } from "./cause.js";
import { AUTH, BAD_REPLY, BAD_REQUEST, CONNECT, FETCH, NONE, UNSUPPORTED } from "./codes.js";
import { limitLines, pairs } from "./headers.js";
import { mockedFetch } from "./mock.js";
import { discard, TooLong } from "./platform/bytes.js";
import { portable } from "./portable.js";
import { readAbroad, readRefusal, readStream, readWhole } from "./reply.js";
import { castShadows } from "./shadow.js";

/**
 * Who makes a send: the call itself, or its second send beside a slow first one. It keeps what the send comes to.
 * @typedef {import("./drive.js").Call | import("./rival.js").Rival} Sender
 */

/** What a promise of `until` gives when the core has moved on in the meantime. */
export const MOVED_ON = Symbol("moved on");

/**
 * Waits for a promise, or until the core has moved on: a host's `fetch` need not honour its signal.
 * @param {Sender} sender
 * @param {any} promise
 * @returns {Promise<any>}
 */
export function until(sender, promise) {
  return new Promise((resolve, reject) => {
    sender.moveOn = resolve;
    // A host's `fetch` may be no async function.
    Promise.resolve(promise).then(resolve, reject);
  });
}

/**
 * Makes a send, and takes the steps that follow from it.
 * @param {Sender} sender
 * @param {import("./hub.js").Hub} hub
 * @param {number} attempt
 */
export async function send(sender, hub, attempt) {
  const { core, id, plan } = sender;
  const { now } = hub;
  const target = hub.target(core.coreAttemptDeployment(id, attempt), plan.surface);
  sender.deployment = target.facts;
  sender.sends[attempt] = target.facts;
  sender.headers = target.headers;
  const controller = new AbortController();
  sender.controller = controller;
  const mock = target.mocked || plan.steers ? core.coreMock(id, attempt, now()) : undefined;
  if (mock?.refusal) return sender.step(core.coreFailed(id, attempt, BAD_REQUEST, mock.refusal, now()));
  let sentHeaders = plan.headers ? { ...plan.headers, ...target.headers } : target.headers;
  let body;
  try {
    if (mock) body = undefined;
    else if (target.translated) {
      let rewritten = rewrite(sender, hub, attempt);
      if (rewritten?.addresses) rewritten = await withFiles(sender, hub, attempt, rewritten.addresses);
      if (rewritten === undefined) return undefined;
      body = rewritten.body;
      sentHeaders = { ...sentHeaders, ...rewritten.headers };
    } else {
      body = plan.body(target);
      if (body === undefined) return sender.step(core.coreAnsweredAbroad(id, attempt, now()));
      if (target.mayBeMarked) body = portable(hub, body, target);
    }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    // A request that is no JSON, such as one that goes in a circle, is wrong everywhere.
    sender.cause = error;
    return sender.step(core.coreFailed(id, attempt, BAD_REQUEST, describe(error), now()));
  }
  try {
    let sent;
    let response;
    for (;;) {
      let token;
      if (target.asksToken && !mock) {
        token = await tokenFor(sender, hub, attempt, target);
        if (token === undefined) return undefined;
        sentHeaders = { ...sentHeaders, authorization: `Bearer ${token.text}` };
        sender.headers = sentHeaders;
      }
      const isFirst = sent === undefined;
      const fetch = hub.fetch ?? globalThis.fetch;
      const init = { method: "POST", headers: sentHeaders, body, signal: controller.signal, redirect: "manual" };
      sent = mock
        ? mockedFetch(hub, mock, plan.isStream, controller.signal)
        : fetch(plan.isStream ? target.streamUrl : target.url, /** @type {RequestInit} */ (init));
      if (isFirst && hub.hasShadows) castShadows(hub, sender);
      hub.share();
      hub.prices.hand(core);
      response = await until(sender, sent);
      if (sender.action !== NONE || controller.signal.aborted) return discard(sent);
      if (typeof response?.status !== "number") throw new TypeError("the host's `fetch` gave something that is no Response");
      if (token === undefined || response.status !== 401) break;
      hub.tokens.drop(target.facts);
      // A token that was kept may have been taken back: the host is asked for another one, once.
      if (!token.isKept) break;
      discard(sent);
    }
    const headers = response.ok ? limitLines(response.headers, target) : hub.headerLines(response.headers);
    if (response.ok && plan.isStream) return await readStream(sender, hub, attempt, response, headers);
    sender.step(core.coreHead(id, attempt, response.status, headers, now()));
    if (sender.action !== NONE) return undefined;
    if (!response.ok) return await readRefusal(sender, hub, attempt, response);
    return await (target.abroad && !mock ? readAbroad : readWhole)(sender, hub, attempt, response);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    if (sender.action !== NONE || controller.signal.aborted) return undefined;
    sender.cause = causeOf(error, sender.headers);
    const kind = error instanceof TooLong ? BAD_REPLY : CONNECT;
    return sender.step(core.coreFailed(id, attempt, kind, describe(error), now()));
  }
}

/**
 * The token of a send: one that is kept, or another that the host is asked for. A host that fails is a key that is refused.
 * @param {Sender} sender
 * @param {import("./hub.js").Hub} hub
 * @param {number} attempt
 * @param {any} target
 * @returns {Promise<{ text: string, isKept: boolean } | undefined>} `undefined` once there is nothing more to be sent
 */
async function tokenFor(sender, hub, attempt, target) {
  const { core, id } = sender;
  const kept = hub.tokens.kept(target.facts);
  const failed = (error) => {
    sender.cause = error;
    return [AUTH, `getToken failed: ${describe(error)}`];
  };
  const text = kept ?? (await needed(sender, hub, attempt, hub.tokens.ask(target.facts), failed));
  if (text === undefined) return undefined;
  sender.step(core.coreReady(id, attempt, text, hub.now()));
  return { text, isKept: kept !== undefined };
}

/**
 * What a send needs before it goes out; `undefined` once there is nothing more to be sent.
 * @param {Sender} sender
 * @param {import("./hub.js").Hub} hub
 * @param {number} attempt
 * @param {Promise<any>} promise
 * @param {(error: unknown) => any[]} failed the kind of the send's fault, and its message, where it does not come
 */
async function needed(sender, hub, attempt, promise, failed) {
  const isGone = () => sender.action !== NONE || sender.controller?.signal.aborted === true;
  try {
    const value = await until(sender, promise);
    return isGone() ? undefined : value;
  } catch (error) {
    if (!isGone()) sender.step(sender.core.coreFailed(sender.id, attempt, ...failed(error), hub.now()));
    return undefined;
  }
}

/** What a send is made of. @typedef {{ headers: Record<string, string>, body: any, addresses?: string[] }} Rewritten */

/**
 * The same once the files are there that it needs; `undefined` once there is nothing more to be sent.
 * @param {Sender} sender
 * @param {import("./hub.js").Hub} hub
 * @param {number} attempt
 * @param {string[]} addresses
 * @returns {Promise<Rewritten | undefined>}
 */
async function withFiles(sender, hub, attempt, addresses) {
  const { core, id, controller, plan } = sender;
  sender.step(core.coreFiles(id, attempt, false, hub.now()));
  const { signal } = /** @type {AbortController} */ (controller);
  const loaded = Promise.resolve(hub.platform.loadFiles());
  const fetched = loaded.then(({ filesAt }) => filesAt(hub, plan, addresses, signal));
  // Nobody is to blame but the request: another deployment may fetch the file itself.
  const files = await needed(sender, hub, attempt, fetched, (error) => [UNSUPPORTED, describe(error)]);
  if (files === undefined) return undefined;
  sender.step(core.coreFiles(id, attempt, true, hub.now()));
  return rewrite(sender, hub, attempt, files);
}

/**
 * Writes the caller's request in the words of another provider.
 * @param {Sender} sender
 * @param {import("./hub.js").Hub} hub
 * @param {number} attempt
 * @param {import("./files.js").File[]} files that it names by their addresses, as far as they were fetched
 * @returns {Rewritten | undefined} `addresses`: files to be fetched first. `undefined` if it cannot do what is asked.
 */
function rewrite(sender, hub, attempt, files = []) {
  const { core, id, plan } = sender;
  let source = hub.translate(plan.source());
  for (const { type, data } of files) core.coreFile(type, data.length);
  if (files.length > 0) source = behind(source, files.map(({ data }) => data).join(""));
  const action = core.coreRewrite(id, attempt, hub.now());
  if (action === FETCH) {
    const list = assembled(hub, source);
    return { headers: {}, body: undefined, addresses: JSON.parse(typeof list === "string" ? list : new TextDecoder().decode(list)) };
  }
  // A refusal of a second send may be no step of the call.
  if (action !== NONE || (sender.hasCompany && !core.coreListens(id, attempt))) return void sender.step(action);
  const headers = Object.fromEntries(pairs(core.coreRewrittenHeaders()));
  return { headers, body: assembled(hub, source) };
}
