import type { HiddenParams } from "./meta.js";
import type { Steering, StreamMarker } from "./options.js";

/** A request for a chat completion, in OpenAI's shape. Members that are not named here go to the provider as they are. */
export interface ChatCompletionRequest extends Steering {
  /** A group, an alias, or the id of a deployment, which is then used even while it is left alone. */
  model: string;
  messages: readonly ChatMessage[];
  /** Answer with a `CompletionStream`. Default false. */
  stream?: boolean | null;
  /** `include_usage` keeps the chunk that tells only the usage; the upstream is asked for it in any case. */
  stream_options?: { include_usage?: boolean; [option: string]: unknown } | null;
  max_tokens?: number | null;
  max_completion_tokens?: number | null;
  temperature?: number | null;
  top_p?: number | null;
  n?: number | null;
  stop?: string | readonly string[] | null;
  seed?: number | null;
  tools?: readonly Tool[] | null;
  tool_choice?: "none" | "auto" | "required" | object | (string & {}) | null;
  response_format?: object | null;
  reasoning_effort?: string | null;
  /** Taken for the router's, as in LiteLLM, and not sent. */
  metadata?: object | null;
  [parameter: string]: unknown;
}

/** A request whose type comes from another client, such as OpenAI's. */
export interface ForeignChatRequest extends Steering {
  model: string;
  messages: readonly object[];
  stream?: boolean | null;
}

export interface ChatMessage {
  role: "system" | "developer" | "user" | "assistant" | "tool" | (string & {});
  content?: string | readonly ContentPart[] | null;
  name?: string;
  tool_calls?: readonly ToolCall[];
  tool_call_id?: string;
  [member: string]: unknown;
}

export interface ContentPart {
  type: "text" | "image_url" | "input_audio" | "file" | (string & {});
  text?: string;
  [member: string]: unknown;
}

export interface Tool {
  type: string;
  function?: { name: string; description?: string; parameters?: object; strict?: boolean | null };
  [member: string]: unknown;
}

export interface ToolCall {
  id: string;
  type: string;
  function?: { name: string; arguments: string };
  [member: string]: unknown;
}

/** A chat completion in OpenAI's shape, as the provider answered it. */
export interface ChatCompletionBody {
  id: string;
  object: string;
  created: number;
  /** The model as the provider names it; who answered is in `model_used`. */
  model: string;
  choices: ChatChoice[];
  usage?: CompletionUsage | null;
  [member: string]: unknown;
}

export interface ChatChoice {
  index: number;
  message: ChatAnswer;
  finish_reason: "stop" | "length" | "tool_calls" | "content_filter" | (string & {}) | null;
  logprobs?: object | null;
  [member: string]: unknown;
}

export interface ChatAnswer {
  role: "assistant" | (string & {});
  content: string | null;
  refusal?: string | null;
  tool_calls?: ToolCall[];
  [member: string]: unknown;
}

export interface CompletionUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /**
   * In US dollars: of a stream of objects, or one that is translated, as far as it is known. Whole answers tell it in their
   * metadata. A stream out of the response cache tells what it cost when it was made.
   */
  cost?: number | null;
  /** The stream was gone on with or begun again: this is the usage of all its parts, and of those that broke off an estimate. */
  estimated?: boolean;
  [member: string]: unknown;
}

/** What every answer has besides the provider's members. */
export interface Answered {
  /** "provider/model" of the deployment that answered. */
  model_used: string;
  /** From the call to its answer, in milliseconds. */
  _response_ms: number;
  /** How the answer came about. Not enumerable. */
  readonly _hidden_params: HiddenParams;
  /** The answer as a `Response` with `x-switchman-*` headers. Not enumerable. */
  toResponse(): Response;
}

export interface ChatCompletion extends ChatCompletionBody, Answered {}

/** A part of a streamed chat completion. */
export interface ChatCompletionChunk {
  id: string;
  object: string;
  created: number;
  model: string;
  /** Empty in the chunk that tells only the usage. */
  choices: ChunkChoice[];
  usage?: CompletionUsage | null;
  /** In a chunk without choices: from here on another deployment answers. */
  switchman?: StreamMarker;
  [member: string]: unknown;
}

export interface ChunkChoice {
  index: number;
  delta: ChunkDelta;
  finish_reason?: ChatChoice["finish_reason"];
  logprobs?: object | null;
  [member: string]: unknown;
}

export interface ChunkDelta {
  role?: "assistant" | (string & {});
  content?: string | null;
  refusal?: string | null;
  tool_calls?: ToolCallPart[];
  [member: string]: unknown;
}

/** A piece of a tool call: pieces with the same `index` belong together. */
export interface ToolCallPart {
  index: number;
  id?: string;
  type?: string;
  function?: { name?: string; arguments?: string };
  [member: string]: unknown;
}

/**
 * A streamed chat completion. It may be read once: by iterating over it, by `final()`, `readable` or `toResponse()`.
 * Leaving the loop, and aborting the call's signal, cancel the upstream. What fails after the beginning is thrown at the
 * next chunk; a stream never ends cleanly before its answer does.
 *
 * @example
 * const stream = await router.completion({ model: "chat", messages, stream: true });
 * for await (const chunk of stream) write(chunk.choices[0]?.delta.content ?? "");
 */
export class CompletionStream implements AsyncIterable<ChatCompletionChunk> {
  private constructor();
  /** "provider/model" of the deployment that answers; of the last one, where a stream was gone on with elsewhere. */
  readonly model_used: string;
  /** How the answer came about; complete once the stream has ended. */
  readonly meta: HiddenParams;
  /** The same as `meta`. Not enumerable. */
  readonly _hidden_params: HiddenParams;
  /** The chunks, as soon as they come. @throws {TypeError} when the stream is being read already */
  [Symbol.asyncIterator](): AsyncIterableIterator<ChatCompletionChunk>;
  /** Reads to the end and puts the completion together that would have come without streaming. */
  final(): Promise<ChatCompletionBody>;
  /** The chunks as server-sent events, in bytes. An error after the beginning becomes an error event, and no `[DONE]` follows. */
  readonly readable: ReadableStream<Uint8Array>;
  /** `readable` as a `Response` with `x-switchman-*` headers. */
  toResponse(): Response;
}
