// The drop-in `fetch`: reads a request, runs a call, answers as the provider would have. Decides nothing.

import { aimed } from "./aim.js";
import { errorHeaders, replyHeaders } from "./answer.js";
import { assembled, rewritten } from "./body.js";
import { describe } from "./cause.js";
import { ANSWERED, BAD_REQUEST, BYTES, PLANNED, REFUSED, TOO_LARGE, WHOLE } from "./codes.js";
import { Call } from "./drive.js";
import { errorOf, internal } from "./errors.js";
import { callerHeaders } from "./headers.js";
import { TooLong } from "./platform/bytes.js";
import { tellKeysOf } from "./keys.js";
import { relay, relayEvents, unwatched } from "./relay.js";
import { isSignal } from "./request.js";
import { counted, tellSize } from "./tokens.js";
import { bury } from "./vanished.js";

const encoder = new TextEncoder();

/**
 * @param {import("./hub.js").Hub} hub
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
export async function routedFetch(hub, input, init) {
  try {
    return await answer(hub, input, init);
  } catch (error) {
    hub.survive(error);
    // The caller's own abort is thrown as it came, as by any `fetch`.
    const signal = init?.signal ?? (typeof input === "object" && "signal" in input ? input.signal : undefined);
    if (signal?.aborted) throw signal.reason;
    return failure(hub, internal(error));
  }
}

async function answer(hub, input, init) {
  const request = typeof input === "object" && "url" in input ? input : undefined;
  const url = request ? request.url : String(input);
  const method = init?.method ?? request?.method ?? "GET";
  const surface = hub.route(method, url);
  if (surface === REFUSED) return refusal(hub);
  if (surface === ANSWERED) {
    return new Response(hub.core.coreReply(), { headers: { "content-type": "application/json" } });
  }
  const tenant = init?.tenant ?? undefined;
  if (tenant !== undefined && !isName(tenant)) {
    hub.core.coreRefuse(BAD_REQUEST, "tenant: expected a text of 1 to 512 bytes, without control characters");
    return refusal(hub);
  }
  let body;
  try {
    body = await readBody(hub, request, init?.body);
  } catch (error) {
    const tooLong = error instanceof TooLong;
    hub.core.coreRefuse(tooLong ? TOO_LARGE : BAD_REQUEST, tooLong ? error.message : "the request body cannot be read");
    return refusal(hub);
  }
  const given = init?.headers ?? request?.headers;
  let headers;
  let traceparent;
  try {
    headers = callerHeaders(given);
    if (hub.callbacks && given) traceparent = new Headers(given).get("traceparent") ?? undefined;
  } catch (error) {
    hub.core.coreRefuse(BAD_REQUEST, describe(error));
    return refusal(hub);
  }
  const signal = init?.signal ?? callerSignal(hub, request);
  if (!isSignal(signal)) {
    hub.core.coreRefuse(BAD_REQUEST, "signal: expected an AbortSignal");
    return refusal(hub);
  }
  return call(hub, surface, body, { signal, headers, tenant, traceparent });
}

/** A request's own signal. Looking at it creates it on some runtimes, so it is looked at once and late. */
function callerSignal(hub, request) {
  return hub.platform.requestSignal === false ? undefined : request?.signal;
}

/** The body as the platform likes it: bytes, or text that is pure ASCII. */
async function readBody(hub, request, given) {
  const limit = hub.maxBodyBytes;
  if (given === undefined || given === null) {
    return request ? hub.platform.read(request, limit) : new Uint8Array(0);
  }
  const bytes = toBytes(given) ?? (await hub.platform.read(new Response(given), limit));
  if (bytes.length > limit) throw new TooLong(limit);
  return bytes;
}

/** What can be had as bytes without reading a stream. */
function toBytes(body) {
  if (typeof body === "string") return encoder.encode(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return undefined;
}

/** For whom a call may be made: what the core takes for a name in options, which are not asked here. */
const isName = (tenant) =>
  typeof tenant === "string" && tenant.trim() !== "" && !/\p{Cc}/u.test(tenant) && encoder.encode(tenant).length <= 512;

/** Shows a body to the core's scan, and what it is meant to be. Gives it as the offsets count it. */
function scanned({ core, window, scan }, body, aim) {
  core.coreScanRequest();
  if (aim) core.coreMeant(aim.model, aim.metadata);
  if (typeof body !== "string") {
    window.each(body, scan);
    return body;
  }
  // Offsets count bytes, so a text with other than ASCII goes on as bytes.
  return window.eachOfText(body, scan) === body.length ? body : encoder.encode(body);
}

async function call(hub, surface, given, asked) {
  const started = hub.now();
  // A cache is waited for, and what is asked must not change meanwhile.
  const body = hub.caches && typeof given !== "string" ? given.slice() : given;
  const about = hub.callbacks?.about(asked, () => (typeof body === "string" ? body : hub.platform.decode(body)));
  const read = reader(hub, body);
  const named = hub.beforeRoute || hub.ruleParams ? read()?.model : undefined;
  // What names no model is refused by the core.
  const aim = typeof named !== "string" ? undefined : await aimOf(hub, read());
  const kept = hub.caches ? await hub.answers.ofBody({ surface, body, scan: () => scanned(hub, body, aim), about, started, ...asked }) : undefined;
  if (kept?.report) return new Response(kept.body, { headers: replyHeaders(kept.report, typeOf(kept.isStream)) });
  const tokens = hub.countsTokens && hub.tokenCounter && read() ? await counted(hub, read()) : undefined;
  if (hub.alarm.isMissed) await bury(hub);
  // A trusted request may ask for a strategy that goes by tokens and prices.
  const isSized = hub.countsTokens || Boolean(hub.trusts);
  const { core } = hub;
  hub.prefix(isSized);
  const source = scanned(hub, body, aim);
  if (hub.isKeyed) tellKeysOf(hub, source, asked.tenant);
  if (isSized) tellSize(hub, hub.isChecked ? read() : undefined, () => textOf(hub, body), tokens);
  const action = core.coreBeginScanned(surface, kept ? hub.now() : started);
  if (core.coreCall() === 0) return refusal(hub);
  const id = core.coreCall();
  // Member by member: a spread would make a slow object of it.
  const running = new Call(hub, action, {
    signal: asked.signal,
    headers: asked.headers,
    surface,
    started,
    isStream: core.coreIsStream(id),
    steers: Boolean(hub.trusts),
    keeps: kept !== undefined,
    about,
    source: () => source,
    model: aim && named,
    body: (target) => {
      const planned = core.coreSplice(id, target.deployment);
      if (planned === PLANNED) return assembled(hub, source);
      return planned === WHOLE ? rewritten(hub, source, (core) => core.coreSpliceWhole(id, target.deployment, false)) : undefined;
    },
  });
  await running.run();
  running.check();
  const { isStream } = running.plan;
  const told = replyHeaders((running.report ??= hub.report(running)), typeOf(isStream), running.response.headers);
  if (isStream) {
    const events = streamed(hub, running);
    return new Response(kept ? kept.tapped(running, events) : events, { headers: told });
  }
  kept?.keepWhole(running);
  return new Response(running.bytes, { headers: told });
}

const typeOf = (isStream) => (isStream ? "text/event-stream; charset=utf-8" : "application/json");

const textOf = (hub, body) => (typeof body === "string" ? body : hub.platform.decode(body));

/** Reads a body as an object, once and only when it is asked for; `undefined` for what is none. */
function reader(hub, body) {
  let isRead = false;
  let request;
  return () => {
    if (isRead) return request;
    isRead = true;
    try {
      const value = JSON.parse(textOf(hub, body));
      if (typeof value === "object" && value !== null) request = value;
    } catch {
      // The core says what is wrong with it.
    }
    return request;
  };
}

/** What the host and the rules make of a request. Its metadata is the caller's own, unless the host trusts it. */
function aimOf(hub, request) {
  const { model, metadata } = request;
  const isTrusted = hub.trusts === true || (Array.isArray(hub.trusts) && hub.trusts.includes("metadata"));
  return aimed(hub, { model, metadata: isTrusted ? metadata : undefined, request: () => request });
}

/** The body of a streamed answer. */
function streamed(hub, call) {
  if (call.isOver) return unwatched(call);
  return call.output === BYTES ? relay(hub, call) : relayEvents(hub, call);
}

/** An error of the router's own, before a call began. */
function refusal(hub) {
  const body = hub.core.coreErrorBody(0);
  const error = errorOf(hub.core.coreError(0));
  return new Response(body, { status: error.status, headers: errorHeaders(error) });
}

function failure(hub, error) {
  return new Response(hub.wireOf(error), { status: error.status, headers: errorHeaders(error) });
}
