/** The dialects of providers that the matrix goes through. A new one is a line, and its shape in the test kit. */

/**
 * By name: the `model` of a deployment, the path of its `api_base`, and the test kit's name of the shape where it is another one.
 * @type {Record<string, { model: string, base: string, shape?: string, params?: object }>}
 */
export const DIALECTS = {
  openai: { model: "openai/gpt-4o-mini", base: "/v1" },
  anthropic: { model: "anthropic/claude-haiku-4-5", base: "/v1" },
};

/** The same of the servers of aimock, and how it is told the dialect. What the router does not know yet is skipped by name. */
export const AIMOCK = {
  openai: { model: "openai/gpt-4o-mini", base: "/v1" },
  anthropic: { model: "anthropic/claude-haiku-4-5", base: "/v1" },
  gemini: { model: "gemini/gemini-2.5-flash", base: "/v1beta" },
  azure: { model: "azure/gpt-4o-mini", base: "", params: { api_version: "2024-10-21" } },
};
