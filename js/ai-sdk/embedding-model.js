// A group of the router as an embedding model of the AI SDK.

import { errorFor } from "./errors.js";
import { given } from "./request.js";
import { metadataOf } from "./told.js";

export class EmbeddingModel {
  provider = "switchman";
  supportsParallelCalls = true;
  #router;

  /**
   * @param {string} modelId
   * @param {{ router: any, specification: string, maxEmbeddingsPerCall: number }} settings
   */
  constructor(modelId, { router, specification, maxEmbeddingsPerCall }) {
    this.modelId = modelId;
    this.specificationVersion = specification;
    this.maxEmbeddingsPerCall = maxEmbeddingsPerCall;
    this.#router = router;
  }

  /** @param {any} options */
  async doEmbed({ values, dimensions, abortSignal: signal, providerOptions }) {
    const { members, beside } = given(providerOptions);
    const request = { model: this.modelId, input: values, ...(dimensions !== undefined && { dimensions }), ...members };
    let answer;
    try {
      answer = await this.#router.embedding(request, { ...beside, signal });
    } catch (error) {
      throw errorFor(error, request, signal, "embeddingModel");
    }
    const meta = answer._hidden_params;
    const tokens = answer.usage?.prompt_tokens ?? meta.usage?.prompt_tokens;
    return {
      embeddings: inOrder(answer.data).map(({ embedding }) => embedding),
      ...(tokens !== undefined && { usage: { tokens } }),
      providerMetadata: metadataOf(answer.model_used, meta),
      response: { headers: meta.additional_headers, body: answer },
      warnings: [],
    };
  }
}

/** Each says which text it is of; the list is in that order as a rule. */
const inOrder = (data) => [...data].sort((one, other) => (one.index ?? 0) - (other.index ?? 0));
