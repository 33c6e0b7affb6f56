/** The key of a model in our table: "provider/model", lower-case, with one name for each provider. */

/** LiteLLM's names for parts of a provider. What begins with one of those in `FAMILIES` belongs to it, too. */
const ALIASES = {
  azure_text: "azure",
  bedrock_converse: "bedrock",
  cohere_chat: "cohere",
  "text-completion-codestral": "codestral",
  "text-completion-inception": "inception",
  "text-completion-openai": "openai",
};
const FAMILIES = ["vertex_ai-", "fireworks_ai-"];

/** What stands before the slash of a key, where it is not the provider's name. */
const PREFIXES = { "amazon-nova": "amazon_nova" };

/** Keys that no model answers to: prices by size for models that are not listed, and capacity that is bought by the hour. */
const NO_MODEL = /^(fireworks-ai|together-ai)-|\d-month-commitment|^bedrock\/\*\/|^(azure|openai)\/container$/;

/** Entries that are no models at all. */
const NO_ENTRY = new Set(["sample_spec", "fallback_generalizations"]);

/**
 * @param {string} name LiteLLM's key
 * @param {string | undefined} provider its `litellm_provider`
 * @returns {string | undefined} undefined for what is no model
 */
export function keyOf(name, provider) {
  if (NO_ENTRY.has(name) || NO_MODEL.test(name) || provider === undefined) return undefined;
  const family = FAMILIES.find((start) => provider.startsWith(start));
  const owner = family ? family.slice(0, -1) : (ALIASES[provider] ?? provider);
  const [first, ...rest] = name.split("/");
  const isPrefix = rest.length > 0 && [provider, owner].includes(PREFIXES[first] ?? first);
  return `${owner}/${isPrefix ? rest.join("/") : name}`.toLowerCase();
}
