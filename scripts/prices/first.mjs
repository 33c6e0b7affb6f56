/** The first tier: what most programs call, as small as it can be told. */

/** Whose models are in it. */
const PROVIDERS = new Set([
  "anthropic",
  "azure",
  "azure_ai",
  "bedrock",
  "cerebras",
  "cohere",
  "deepseek",
  "fireworks_ai",
  "gemini",
  "groq",
  "mistral",
  "openai",
  "perplexity",
  "together_ai",
  "vertex_ai",
  "voyage",
  "xai",
]);

/** What no surface of the router does: videos, pages, live sessions. */
const OTHER_MODES = /^\S* [VOL]/;

/** Prices of images by size and quality; the image models themselves are in it. */
const BY_SIZE = /\/\d+-x-\d+\/|\/max-x-max\//;

/**
 * @param {Map<string, string>} lines all
 * @returns {Map<string, string>}
 */
export function firstTier(lines) {
  const chosen = new Map([...lines].filter(([key, line]) => PROVIDERS.has(key.split("/")[0]) && !OTHER_MODES.test(line) && !BY_SIZE.test(key)));
  return new Map([...chosen].filter(([key, line]) => !isFoundElsewhere(key, line, chosen)));
}

/**
 * Is it what a look-up of its name would find without it? The look-up takes off dates and regions as
 * `src/price/names.rs` says, where there is no line of the name itself.
 */
function isFoundElsewhere(key, line, chosen) {
  const plain = [
    key.replace(/(-\d{4}-\d\d-\d\d|[-@]\d{8})$/, ""),
    key.replace(/^bedrock\/(us|eu|apac|global|au|jp|ca|sa)\./, "bedrock/"),
  ];
  return plain.some((other) => other !== key && chosen.get(other) === line);
}
