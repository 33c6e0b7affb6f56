import type { CallOptions, HiddenParams, Router } from "../index.js";

export interface SwitchmanSettings {
  /** The interface that the models speak: "v4" is that of AI SDK 7, which takes no older one; "v3" that of AI SDK 6. Default "v4". */
  specification?: "v4" | "v3";
  /**
   * Addresses that go to the provider as they are, by media type; the AI SDK fetches all others and sends what it found. Give
   * those that every deployment of your groups can fetch by itself, such as `{ "image/*": [/^https:/] }`. Default: none.
   */
  supportedUrls?: Record<string, RegExp[]>;
  /** The most texts that one call to an embedding model has. Default 2,048, as OpenAI has it. */
  maxEmbeddingsPerCall?: number;
}

/**
 * A provider of the AI SDK whose models are the router's groups: what it takes for a name is what `router.completion` takes for
 * `model`. The AI SDK calls the router in process, and nothing goes over HTTP but the router's own calls.
 *
 * Settings of a call for the router, and parameters of a chat completion that the AI SDK has no name for, stand in
 * `providerOptions.switchman` ({@link SwitchmanOptions}). How an answer came about is in `providerMetadata.switchman`
 * ({@link SwitchmanMetadata}).
 *
 * Errors are the AI SDK's `APICallError` with `isRetryable: false`, since the router has tried again already; `cause` is the
 * router's error, `data.switchman` tells every attempt. A name that leads nowhere is a `NoSuchModelError`. A stream that breaks
 * off tells the error and what it used in its last parts and then fails, so that nobody takes a piece of a text for the whole.
 * On Node the AI SDK's `pipeUIMessageStreamToResponse` and `pipeTextStreamToResponse` leave that failure to nobody: listen to
 * `unhandledRejection`, or the process ends. Responses of `toUIMessageStreamResponse` hand it to who reads them.
 *
 * @throws {TypeError} when `router` is none, or a setting is unknown
 * @example
 * import { generateText } from "ai";
 * import { createSwitchman } from "switchman/ai-sdk";
 * const switchman = createSwitchman(router);
 * const { text, providerMetadata } = await generateText({ model: switchman("chat"), prompt: "Hello" });
 */
export function createSwitchman(router: Pick<Router, "completion" | "embedding">, settings?: SwitchmanSettings & { specification?: "v4" }): SwitchmanProvider<"v4">;
export function createSwitchman(router: Pick<Router, "completion" | "embedding">, settings: SwitchmanSettings & { specification: "v3" }): SwitchmanProvider<"v3">;

/** Also a function of its own: `switchman("chat")` is `switchman.languageModel("chat")`. */
export interface SwitchmanProvider<Version extends string = "v4"> {
  (group: string): SwitchmanLanguageModel<Version>;
  readonly specificationVersion: Version;
  languageModel(group: string): SwitchmanLanguageModel<Version>;
  embeddingModel(group: string): SwitchmanEmbeddingModel<Version>;
  /** The same as `embeddingModel`. */
  textEmbeddingModel(group: string): SwitchmanEmbeddingModel<Version>;
  /** @throws {Error} always: `NoSuchModelError` */
  imageModel(group: string): never;
  /** @throws {Error} always: `NoSuchModelError` */
  transcriptionModel(group: string): never;
  /** @throws {Error} always: `NoSuchModelError` */
  speechModel(group: string): never;
  /** @throws {Error} always: `NoSuchModelError` */
  rerankingModel(group: string): never;
}

/** For the AI SDK, whose own types say what its methods take: this package does not depend on it. */
export interface SwitchmanLanguageModel<Version extends string = "v4"> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: any): Promise<any>;
  doStream(options: any): Promise<any>;
}

/** For the AI SDK, whose own types say what its methods take. */
export interface SwitchmanEmbeddingModel<Version extends string = "v4"> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  doEmbed(options: any): Promise<any>;
}

/** `providerOptions.switchman` of a call. */
export interface SwitchmanOptions extends Omit<CallOptions, "signal"> {
  /** Hold a structured answer to its schema to the letter, as far as the provider can. Default true. */
  strictJsonSchema?: boolean;
  /** Any parameter of a chat completion, in OpenAI's words; it beats what the AI SDK says. */
  [parameter: string]: unknown;
}

/** `providerMetadata.switchman` of an answer; of a stream it is complete at its end. */
export interface SwitchmanMetadata extends Omit<HiddenParams, "usage" | "additional_headers" | "_response_ms"> {
  /** "provider/model" of the deployment that answered. */
  model_used: string;
  /** Where the call asked for `logprobs`: the provider's; of a stream a list of them. */
  logprobs?: unknown;
}

/** `data.switchman` of an `APICallError`. */
export interface SwitchmanErrorData {
  /** The class of the router's error, such as "RateLimitError". */
  name: string;
  code: string | null;
  type: string | null;
  param: string | null;
  side: "caller" | "router" | "upstream";
  deployment: string | null;
  attempts: HiddenParams["attempts"];
  retryAfterMs: number | null;
  callId: string | null;
  decision?: HiddenParams["decision"];
}
