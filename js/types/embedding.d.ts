import type { Answered } from "./chat.js";
import type { Steering } from "./options.js";

/** A request for embeddings, in OpenAI's shape. Members that are not named here go to the provider as they are. */
export interface CreateEmbeddingRequest extends Steering {
  /** A group, an alias, or the id of a deployment. */
  model: string;
  /** A text, several, or their tokens. */
  input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  dimensions?: number | null;
  encoding_format?: "float" | "base64" | null;
  user?: string | null;
  [parameter: string]: unknown;
}

/** A request whose type comes from another client, such as OpenAI's. */
export interface ForeignEmbeddingRequest extends Steering {
  model: string;
  input: string | readonly unknown[];
}

/** Embeddings in OpenAI's shape, as the provider answered them. */
export interface CreateEmbeddingResponse extends Answered {
  object: string;
  /** The model as the provider names it; who answered is in `model_used`. */
  model: string;
  data: Embedding[];
  usage?: { prompt_tokens: number; total_tokens: number; [member: string]: unknown } | null;
  [member: string]: unknown;
}

export interface Embedding {
  object: string;
  index: number;
  /** Numbers, or base64 if that was asked for. */
  embedding: number[] | string;
  [member: string]: unknown;
}
