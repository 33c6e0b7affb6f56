/**
 * Anthropic's error bodies.
 */

/** status → type, message @type {Record<number, [string, string]>} */
const BY_STATUS = {
  400: ["invalid_request_error", "The request is not valid."],
  401: ["authentication_error", "invalid x-api-key"],
  402: ["billing_error", "Your credit balance is too low to access the API."],
  403: ["permission_error", "Your API key does not have permission to use the specified resource."],
  404: ["not_found_error", "Not found"],
  405: ["invalid_request_error", "Method not allowed"],
  408: ["timeout_error", "The request timed out."],
  409: ["conflict_error", "The request conflicts with another one."],
  413: ["request_too_large", "Request exceeds the maximum size"],
  429: ["rate_limit_error", "This request would exceed your rate limit. Please try again later."],
  500: ["api_error", "Internal server error"],
  504: ["timeout_error", "The request timed out while it was processed."],
  529: ["overloaded_error", "Overloaded"],
};

/**
 * The body Anthropic sends with an error status; a status it has no word for is treated as its class (400 or 500).
 * @param {number} status
 * @param {{ message?: string, type?: string, details?: unknown }} [fields] override the usual ones
 * @param {string} [requestId]
 * @returns {{ type: "error", error: { type: string, message: string, details?: unknown }, request_id?: string }}
 */
export function errorBody(status, fields = {}, requestId) {
  const [type, message] = BY_STATUS[status] ?? BY_STATUS[status < 500 ? 400 : 500];
  return { type: "error", error: { type, message, ...fields }, ...(requestId !== undefined && { request_id: requestId }) };
}

/** What the provider itself refuses; answered with the body of its status. */
export class Refusal {
  /**
   * @param {number} status
   * @param {string} [message] default: the usual one of the status
   */
  constructor(status, message) {
    this.status = status;
    this.fields = message === undefined ? {} : { message };
  }
}
