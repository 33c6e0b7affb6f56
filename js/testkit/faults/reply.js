/**
 * Faults that answer something else than the provider would: another status, body, page, stream or head.
 * Those that set a body keep the `status` of the same fault, so `{ status: 502, html: true }` is a gateway's page.
 */

import { eventsReply, jsonReply } from "../reply.js";
import { isCount, isRecord } from "./checks.js";

/** @typedef {import("../reply.js").Reply} Reply */

const PAGE = "<!doctype html>\n<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n";

/** @type {import("./index.js").FaultRows} */
export const replyFaults = {
  status: {
    takes: "an HTTP status from 200 to 599",
    valid: (value) => isCount(value) && value >= 200 && value <= 599,
    reply: (reply, status, { fault, errorBody }) =>
      status < 400 ? { ...reply, status } : instead(reply, fault, jsonReply(status, errorBody(status))),
  },
  body: {
    takes: "text, bytes or a JSON value",
    valid: () => true,
    reply: (reply, body, { fault }) => instead(reply, fault, replyWith(body)),
  },
  events: {
    takes: "an array of texts and objects",
    valid: (value) => Array.isArray(value) && value.every((event) => typeof event === "string" || isRecord(event)),
    reply: (reply, events, { fault, stream }) => instead(reply, fault, eventsReply(events.map(stream.event))),
  },
  html: {
    takes: "true",
    valid: (value) => value === true,
    reply: (reply, _, { fault }) => ({
      status: fault.status ?? 200,
      headers: { "content-type": "text/html; charset=utf-8" },
      text: PAGE,
    }),
  },
  empty: {
    takes: "true",
    valid: (value) => value === true,
    reply: (reply, _, { fault }) => ({ status: fault.status ?? 200, headers: reply.headers, text: "" }),
  },
  errorIn200: {
    takes: "true or an error's fields",
    valid: (value) => value === true || isRecord(value),
    reply: (reply, fields, { fault, errorBody }) =>
      instead(reply, fault, jsonReply(200, errorBody(500, fields === true ? {} : fields))),
  },
  redirect: {
    takes: "a URL",
    valid: (value) => typeof value === "string",
    reply: (reply, location, { fault }) => ({ status: fault.status ?? 302, headers: { location }, text: "" }),
  },
  headers: {
    takes: "an object of texts",
    valid: (value) => isRecord(value) && Object.values(value).every((text) => typeof text === "string"),
    reply: (reply, headers) => {
      const added = Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]);
      return { ...reply, headers: { ...reply.headers, ...Object.fromEntries(added) } };
    },
  },
  contentType: {
    takes: "a content type",
    valid: (value) => typeof value === "string",
    reply: (reply, type) => ({ ...reply, headers: { ...reply.headers, "content-type": type } }),
  },
};

/**
 * What the provider itself says instead: under the fault's status, with the request id and the like that it always sends.
 * @param {Reply} reply
 * @param {import("../index.js").Fault} fault
 * @param {Reply} other
 * @returns {Reply}
 */
function instead(reply, fault, other) {
  return { ...other, status: fault.status ?? other.status, headers: { ...reply.headers, ...other.headers } };
}

/** @param {unknown} body @returns {Reply} */
function replyWith(body) {
  if (typeof body === "string") return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, text: body };
  if (body instanceof Uint8Array) return { status: 200, headers: { "content-type": "application/octet-stream" }, text: body };
  return jsonReply(200, body);
}
