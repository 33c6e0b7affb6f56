/** The dialects that providers speak, as a config names them. Runs on every runtime. */

/** The name of a deployment's model, in its provider's words. */
export const MODELS = {
  openai: (name) => `model-${name}`,
  // One that goes on from a text by itself.
  anthropic: (name) => `claude-3-5-haiku-${name}`,
};

export const DIALECTS = Object.keys(MODELS);

/** "provider/model" of deployment `name`. */
export const modelOf = (dialect, name) => `${dialect}/${MODELS[dialect](name)}`;

/** Two deployments: every order of dialects in which they differ. */
export const MIXED = [
  ["anthropic", "openai"],
  ["openai", "anthropic"],
];

const TITLES = { openai: "OpenAI", anthropic: "Anthropic" };

/** Dialects in words. */
export const inWords = (dialects) => dialects.map((dialect) => TITLES[dialect]).join(", then ");
