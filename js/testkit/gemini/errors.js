/**
 * Google's error bodies.
 */

/** status → name, message @type {Record<number, [string, string]>} */
const BY_STATUS = {
  400: ["INVALID_ARGUMENT", "Request contains an invalid argument."],
  401: ["UNAUTHENTICATED", "Request had invalid authentication credentials."],
  403: ["PERMISSION_DENIED", "The caller does not have permission"],
  404: ["NOT_FOUND", "The requested model is not found for API version v1beta, or is not supported for generateContent."],
  408: ["DEADLINE_EXCEEDED", "The request timed out."],
  409: ["ABORTED", "The operation was aborted."],
  413: ["INVALID_ARGUMENT", "Request payload size exceeds the limit."],
  429: ["RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details."],
  499: ["CANCELLED", "The operation was cancelled."],
  500: ["INTERNAL", "An internal error has occurred. Please retry."],
  503: ["UNAVAILABLE", "The model is overloaded. Please try again later."],
  504: ["DEADLINE_EXCEEDED", "Deadline expired before operation could complete."],
};

/** What Google says of a key that is none, beside its message. */
const BAD_KEY = [
  { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID", domain: "googleapis.com" },
];

/**
 * The body Google sends with an error status; a status it has no word for is treated as its class (400 or 500).
 * @param {number} status
 * @param {{ code?: number, message?: string, status?: string, details?: unknown[] }} [fields] override the usual ones
 * @returns {{ error: { code: number, message: string, status: string, details?: unknown[] } }}
 */
export function errorBody(status, fields = {}) {
  const [name, message] = BY_STATUS[status] ?? BY_STATUS[status < 500 ? 400 : 500];
  return { error: { code: status, message, status: name, ...fields } };
}

/** What the provider itself refuses; answered with the body of its status. */
export class Refusal {
  /**
   * @param {number} status
   * @param {string} [message] default: the usual one of the status
   * @param {unknown[]} [details]
   */
  constructor(status, message, details) {
    this.status = status;
    this.fields = { ...(message !== undefined && { message }), ...(details && { details }) };
  }
}

/** A key that is missing, or not the right one: a wrong argument, to Google. */
export const badKey = () => new Refusal(400, "API key not valid. Please pass a valid API key.", BAD_KEY);
