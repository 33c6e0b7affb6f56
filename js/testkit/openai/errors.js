/**
 * OpenAI's error bodies.
 */

import { jsonReply } from "../reply.js";

/** status → type, code, message @type {Record<number, [string, string | null, string]>} */
const BY_STATUS = {
  400: ["invalid_request_error", null, "The request is not valid."],
  401: ["invalid_request_error", "invalid_api_key", "Incorrect API key provided."],
  402: ["insufficient_quota", "credit_balance_exhausted", "Your credit balance is exhausted."],
  403: ["invalid_request_error", "unsupported_country_region_territory", "Country, region, or territory not supported."],
  404: ["invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."],
  408: ["server_error", "request_timeout", "The request timed out."],
  409: ["invalid_request_error", "conflict", "The request conflicts with another one."],
  413: ["invalid_request_error", "request_too_large", "The request body is too large."],
  422: ["invalid_request_error", "unprocessable_entity", "The request could not be processed."],
  429: ["requests", "rate_limit_exceeded", "Rate limit reached for requests. Please try again later."],
  500: ["server_error", null, "The server had an error while processing your request."],
  502: ["server_error", null, "Bad gateway."],
  503: ["service_unavailable_error", "server_is_overloaded", "The server is currently overloaded. Please try again later."],
  504: ["server_error", null, "Gateway timeout."],
  529: ["service_unavailable_error", "server_is_overloaded", "The server is currently overloaded. Please try again later."],
};

/**
 * The body OpenAI sends with an error status; a status it has no word for is treated as its class (400 or 500).
 * @param {number} status
 * @param {{ message?: string, type?: string, param?: string | null, code?: string | number | null }} [fields] override the usual ones
 * @returns {{ error: { message: string, type: string, param: string | null, code: string | number | null } }}
 */
export function errorBody(status, fields = {}) {
  const [type, code, message] = BY_STATUS[status] ?? BY_STATUS[status < 500 ? 400 : 500];
  return { error: { message, type, param: null, code, ...fields } };
}

/**
 * A refusal of the provider itself.
 * @param {number} status
 * @param {Parameters<typeof errorBody>[1]} fields
 */
export function errorReply(status, fields) {
  return jsonReply(status, errorBody(status, fields));
}
