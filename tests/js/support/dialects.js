/** The dialects that providers speak, as a config names them. Runs on every runtime. */

/** The name of a deployment's model, in its provider's words. */
export const MODELS = {
  openai: (name) => `model-${name}`,
  // One that goes on from a text by itself.
  anthropic: (name) => `claude-3-5-haiku-${name}`,
  gemini: (name) => `gemini-2.5-flash-${name}`,
};

export const DIALECTS = Object.keys(MODELS);

/** "provider/model" of deployment `name`. */
export const modelOf = (dialect, name) => `${dialect}/${MODELS[dialect](name)}`;

/** Two deployments of different dialects: each of them first once, and second once. */
export const MIXED = [
  ["anthropic", "openai"],
  ["openai", "gemini"],
  ["gemini", "anthropic"],
];

const TITLES = { openai: "OpenAI", anthropic: "Anthropic", gemini: "Gemini" };

/** Dialects in words. */
export const inWords = (dialects) => dialects.map((dialect) => TITLES[dialect]).join(", then ");
