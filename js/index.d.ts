import type { ChatCompletion, ChatCompletionRequest, CompletionStream, ForeignChatRequest } from "./types/chat.js";
import type { ConfigProblem, RouterConfig } from "./types/config.js";
import type { CreateEmbeddingRequest, CreateEmbeddingResponse, ForeignEmbeddingRequest } from "./types/embedding.js";
import type { RouterError } from "./types/errors.js";
import type { EventName, EventOf } from "./types/events.js";
import type { Host } from "./types/host.js";
import type { ExperimentReport } from "./types/experiments.js";
import type { AvailableDeployment, Explanation, ProbeOptions, ProbeResult, Snapshot } from "./types/insight.js";
import type { Management } from "./types/manage.js";
import type { CallOptions } from "./types/options.js";

export * from "./types/cache.js";
export * from "./types/chat.js";
export * from "./types/config.js";
export * from "./types/embedding.js";
export * from "./types/errors.js";
export * from "./types/events.js";
export * from "./types/experiments.js";
export * from "./types/host.js";
export * from "./types/insight.js";
export * from "./types/manage.js";
export * from "./types/money.js";
export * from "./types/meta.js";
export * from "./types/options.js";
export * from "./types/rules.js";
export * from "./types/store.js";
export * from "./types/strategy.js";

/** A chat request whose model is told beside it. */
type ChatRequestOf<Streams extends boolean> = Omit<ChatCompletionRequest, "model" | "stream"> &
  (Streams extends true ? { stream: true } : { stream?: false | null });

/** A request of a batch: its model is told beside it. */
export type BatchRequest = Omit<ChatCompletionRequest, "model"> | Omit<ForeignChatRequest, "model">;

/** An answer of a batch, or what it failed of. */
export type BatchAnswer = ChatCompletion | CompletionStream | RouterError;

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

  /**
   * Options of the config that were accepted and have no effect, or another one than their writer may expect. A change of
   * the config makes another list.
   */
  readonly notices: readonly Readonly<ConfigProblem>[];

  /**
   * A drop-in `fetch` that speaks OpenAI's API, bound, so that clients take it as theirs. It serves POST
   * `/chat/completions` and `/embeddings`, GET `/models` and `/models/{name}`, with or without `/v1`, at any host.
   *
   * A body goes on as it came, but for the model and the router's own keys. Errors are answered in OpenAI's shape, with
   * `x-should-retry: false`; it rejects only when the signal is aborted, with the signal's reason. `tenant` beside the request is
   * that of `CallOptions`.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit & { tenant?: string }) => Promise<Response>;

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
   * Races several groups: the first answer wins, of streams the first that has content. The others are given up, and their
   * upstreams cancelled. A call to each is made and paid for.
   *
   * @param models names, or one text with commas between them; the request's own `model` counts for nothing
   * @throws {RouterError} when all have failed: `errors` tells of each
   */
  fastest(models: readonly string[] | string, request: ChatRequestOf<true>, options?: CallOptions): Promise<CompletionStream>;
  fastest(models: readonly string[] | string, request: ChatRequestOf<false>, options?: CallOptions): Promise<ChatCompletion>;
  fastest(models: readonly string[] | string, request: Omit<ForeignChatRequest, "model">, options?: CallOptions): Promise<ChatCompletion | CompletionStream>;

  /**
   * Makes every request to every model, all at once. It never rejects for a call: errors are values among the answers. Where
   * `models` or `requests` is a list, so is the answer, in the same order; where both are, it is a list for each request.
   */
  batch(models: readonly string[], requests: readonly BatchRequest[], options?: CallOptions): Promise<BatchAnswer[][]>;
  batch(models: readonly string[], request: BatchRequest, options?: CallOptions): Promise<BatchAnswer[]>;
  batch(model: string, requests: readonly BatchRequest[], options?: CallOptions): Promise<BatchAnswer[]>;
  batch(model: string, request: BatchRequest, options?: CallOptions): Promise<BatchAnswer>;

  /**
   * Tells whom a call would be sent to now, in the group that its `model` names; no fallback is looked at. Nothing is sent or
   * reserved, and no later call is drawn differently.
   *
   * @throws {RouterError} what the call would hear: `NoDeploymentsAvailable`, or the error of a key that does not work
   */
  getAvailableDeployment(request: { model: string; stream?: boolean | null; messages?: readonly unknown[]; user?: string | null }, options?: CallOptions): AvailableDeployment;

  /**
   * Tells what would become of a call that is made now: whom it would go to, who is passed over and why, and where each fault
   * would lead. The next call draws the same number. Nothing is sent or reserved. It holds ids and names, and no key.
   *
   * @throws {BadRequestError} if the options are wrong
   */
  explain(request: { model: string; stream?: boolean | null; messages?: readonly unknown[]; user?: string | null }, options?: CallOptions): Explanation;

  /** Everything that the router knows now, as plain data. It holds ids and names, and no key. */
  snapshot(): Snapshot;

  /**
   * Counters of what has happened and gauges of how things stand, in Prometheus' text format: answer a scrape with it, as
   * `text/plain; version=0.0.4`. Every name begins with `switchman_`. Labels are names of the config and classes of errors:
   * no key, and no word of a request. What a wildcard leads to counts for the declared deployment and group, so that callers
   * make no series. Counters begin at 0 with the router, and again after a trap; no state that is imported changes them.
   */
  metrics(): string;

  /**
   * Gives the answer of a call a score from 0 to 1, once. It counts for the deployment that answered (see "adaptive") and for
   * the variant of the call (see `experiments`). The last 4,096 answered calls of this router are remembered, where something
   * goes by scores.
   *
   * @param callId `_hidden_params.call_id`, or the header `x-switchman-call-id`
   * @returns false for a call that is not remembered
   * @throws {RangeError} if the score is none
   */
  feedback(callId: string, score: number): boolean;

  /** What has become of the variants of every experiment, and how they differ from the first. The counts go over with `exportState`. */
  experiments(): ExperimentReport[];

  /**
   * Notes that a deployment is well, or not, as a health check or a person has found. That it is well closes its circuit. That
   * it is not keeps it out for `health_check_staleness_threshold`, as long as others of its group may be used.
   *
   * @throws {NotFoundError} if there is no deployment with this id
   */
  setHealth(id: string, ok: boolean): void;

  /**
   * Asks deployments how they are, by the smallest request that each provider takes: a stream of one token, or the embedding of
   * one word. For a cron trigger, an interval or `waitUntil`. By default those are due of which nothing was timed within the
   * `ttl` of `routing_strategy_args`, and those that have been left alone for long enough: the answer closes their circuit. At
   * most six are asked at once; where the host bounds `subrequests`, the oldest come first.
   *
   * A probe counts as any send does: for times, circuits, limits, budgets and costs. It is not tried again, moves nowhere, and is
   * nobody's turn. Its events say `probe: true`, `metrics()` counts it apart, and callbacks that the config names hear nothing
   * of it. A chat's probe times its first content, and not how long it takes for a token: `latency-based-routing` and `peak-ewma`
   * go by that where whole answers are asked for, and have one call try who was never timed.
   *
   * @example
   * setInterval(() => router.probe({ groups: "chat" }), 60_000);
   * @returns a row for each that was due; one that failed rejects nothing. It holds ids and names, and no key
   * @throws {NotFoundError} if a group or a deployment is not known
   */
  probe(options?: ProbeOptions): Promise<ProbeResult[]>;

  /**
   * Listens to an event; "*" is all of them. A listener is called when nothing of the router runs, so that it may call it. What
   * it throws, and what its promise is rejected with, touches no call, and is counted in `snapshot()`. Events hold ids, names,
   * numbers and classes of errors: nothing of a request or an answer, and no key.
   *
   * @returns a function that ends it
   */
  on<Name extends EventName | "*">(event: Name, listener: (event: EventOf<Name>) => unknown): () => void;

  /**
   * What was learnt, as bytes that hold no secret: circuits with the kind of what opened them, usage of the last minute, what
   * providers have told of their limits, recent times, marks, retry budgets, and what was spent of budgets. At most 3 KB a
   * deployment.
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

  /**
   * Tells the store, and whom the config's callbacks name, what they have not been told: for who is about to end. Resolves
   * also when they fail; after half a minute at the latest.
   */
  flush(): Promise<void>;

  /** Gives the router's memory back at once instead of when it is collected. The router cannot be used afterwards. */
  free(): void;
}

export interface Router extends Management {}
