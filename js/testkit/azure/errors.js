/**
 * Azure's error bodies.
 */

/** status → code, message @type {Record<number, [string, string]>} */
const BY_STATUS = {
  400: ["BadRequest", "The request is not valid."],
  401: ["401", "Access denied due to invalid subscription key or wrong API endpoint."],
  404: ["404", "Resource not found"],
  408: ["Timeout", "The operation was timeout."],
  429: ["RateLimitReached", "Requests have exceeded the token rate limit. Please retry after 1 second."],
  500: ["InternalServerError", "The server had an error while processing your request."],
  503: ["ServiceUnavailable", "The service is temporarily unable to process your request."],
};

/**
 * The body Azure sends with an error status; a status it has no word for is treated as its class (400 or 500).
 * @param {number} status
 * @param {object} [fields] override the usual ones
 */
export function errorBody(status, fields = {}) {
  const [code, message] = BY_STATUS[status] ?? BY_STATUS[status < 500 ? 400 : 500];
  return { error: { code, message, ...fields } };
}

/** The body of a prompt that was filtered, which has status 400. */
export function filteredPrompt() {
  const caught = { filtered: true, severity: "high" };
  const safe = { filtered: false, severity: "safe" };
  return {
    error: {
      message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
      type: null,
      param: "prompt",
      code: "content_filter",
      status: 400,
      innererror: {
        code: "ResponsibleAIPolicyViolation",
        content_filter_result: { hate: safe, self_harm: safe, sexual: safe, violence: caught, jailbreak: { filtered: false, detected: false } },
      },
    },
  };
}
