// A provider of the AI SDK whose models are the router's groups. Calls go to the router as objects, in process.

import { NoSuchModelError } from "./errors.js";
import { EmbeddingModel } from "./embedding-model.js";
import { LanguageModel } from "./language-model.js";

/** The interfaces of the AI SDK that are spoken: "v4" is that of version 7, "v3" that of version 6. */
const SPECIFICATIONS = ["v4", "v3"];

/**
 * @param {any} router
 * @param {{ specification?: "v4" | "v3", supportedUrls?: Record<string, RegExp[]>, maxEmbeddingsPerCall?: number }} [options]
 */
export function createSwitchman(router, options = {}) {
  if (typeof router?.completion !== "function" || typeof router.embedding !== "function") {
    throw new TypeError("createSwitchman: expected a Router");
  }
  const { specification = "v4", supportedUrls = {}, maxEmbeddingsPerCall = 2_048 } = options;
  if (!SPECIFICATIONS.includes(specification)) {
    throw new TypeError(`createSwitchman: \`specification\` is one of ${SPECIFICATIONS.join(", ")}`);
  }
  const settings = { router, specification, supportedUrls, maxEmbeddingsPerCall };
  const languageModel = (id) => new LanguageModel(named(id, "languageModel"), settings);
  const embeddingModel = (id) => new EmbeddingModel(named(id, "embeddingModel"), settings);
  /** What the router has not yet: a name of the interface, and nothing behind it. */
  const none = (type) => (id) => {
    throw new NoSuchModelError(id, type);
  };
  return Object.assign((id) => languageModel(id), {
    specificationVersion: specification,
    languageModel,
    embeddingModel,
    // The name before version 6.
    textEmbeddingModel: embeddingModel,
    imageModel: none("imageModel"),
    transcriptionModel: none("transcriptionModel"),
    speechModel: none("speechModel"),
    rerankingModel: none("rerankingModel"),
  });
}

/** Whether the router knows the name is seen when it is called: groups come and go, and wildcards lead to any. */
function named(id, type) {
  if (typeof id !== "string" || id === "") throw new NoSuchModelError(String(id), type);
  return id;
}
