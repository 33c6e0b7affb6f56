import type { ChatCompletion, ChatCompletionRequest, CompletionStream, ForeignChatRequest } from "./types/chat.js";
import type { ConfigProblem, RouterConfig } from "./types/config.js";
import type { CreateEmbeddingRequest, CreateEmbeddingResponse, ForeignEmbeddingRequest } from "./types/embedding.js";
import type { Host } from "./types/host.js";
import type { CallOptions } from "./types/options.js";

export * from "./types/chat.js";
export * from "./types/config.js";
export * from "./types/embedding.js";
export * from "./types/errors.js";
export * from "./types/host.js";
export * from "./types/meta.js";
export * from "./types/options.js";
export * from "./types/store.js";

/**
 * An LLM router: groups of deployments behind names, and a call that goes on to another deployment when one fails.
 *
 * Constructing it does no I/O, reads no clock and draws no randomness, so that it may stand at module scope; a router
 * learns from one call for the next, so it should live as long as the program. Routers share nothing.
 *
 * @example
 * const router = new Router({
 *   model_list: [
 *     { model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: env.OPENAI_API_KEY } },
 *     { model_name: "chat", litellm_params: { model: "openai/qwen3", api_base: "https://llm.example.com/v1", api_key: env.LLM_KEY } },
 *   ],
 * });
 * const answer = await router.completion({ model: "chat", messages: [{ role: "user", content: "Hello" }] });
 */
export class Router {
  /**
   * @param config the deployments and how to choose among them, as LiteLLM's `Router` takes them
   * @param host what the program gives besides
   * @throws {ConfigError} with every mistake, in the config and in the plain options of the host
   */
  constructor(config: RouterConfig, host?: Host);

  /** Options of the config that were accepted and have no effect, or another one than their writer may expect. */
  readonly notices: readonly Readonly<ConfigProblem>[];

  /**
   * A drop-in `fetch` that speaks OpenAI's API, bound, so that clients take it as theirs. It serves POST
   * `/chat/completions` and `/embeddings`, GET `/models` and `/models/{name}`, with or without `/v1`, at any host.
   *
   * A body goes on as it came, but for the model and the router's own keys. Errors are answered in OpenAI's shape, with
   * `x-should-retry: false`; it rejects only when the signal is aborted, with the signal's reason.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

  /**
   * Asks for a chat completion; with `stream: true` the answer is a `CompletionStream`, which is there as soon as its
   * first content is: everything that fails before is tried elsewhere.
   *
   * @throws {RouterError} when every attempt has failed, or the request is wrong
   */
  completion(request: (ChatCompletionRequest | ForeignChatRequest) & { stream: true }, options?: CallOptions): Promise<CompletionStream>;
  completion(request: (ChatCompletionRequest | ForeignChatRequest) & { stream?: false | null }, options?: CallOptions): Promise<ChatCompletion>;
  completion(request: ChatCompletionRequest | ForeignChatRequest, options?: CallOptions): Promise<ChatCompletion | CompletionStream>;

  /** The same as `completion`. */
  acompletion: Router["completion"];

  /**
   * Asks for embeddings.
   *
   * @throws {RouterError} when every attempt has failed, or the request is wrong
   */
  embedding(request: CreateEmbeddingRequest | ForeignEmbeddingRequest, options?: CallOptions): Promise<CreateEmbeddingResponse>;

  /** The same as `embedding`. */
  aembedding: Router["embedding"];

  /**
   * What was learnt, as bytes that hold no secret: circuits with the kind of what opened them, usage of the last minute, what
   * providers have told of their limits, recent times, marks and retry budgets. At most 3 KB a deployment.
   */
  exportState(): Uint8Array;

  /**
   * Takes in what `exportState` gave, perhaps of a router of another config: what is known of a deployment with the same id
   * and model takes the place of what was learnt since. Moments are bounded, for clocks may differ: a bench lasts an hour at
   * most. A credential that was changed meanwhile starts clean.
   *
   * @throws {TypeError} for other bytes, and for those of another version; nothing is changed then
   */
  importState(state: Uint8Array): void;

  /** Tells the store what it has not been told, for who is about to end. Resolves also when the store fails. */
  flush(): Promise<void>;

  /** Gives the router's memory back at once instead of when it is collected. The router cannot be used afterwards. */
  free(): void;
}
