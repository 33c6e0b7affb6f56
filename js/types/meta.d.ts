import type { Decisions } from "./insight.js";

/** How an answer came about. On an answer it is not enumerable, so that it stays out of `JSON.stringify`. */
export interface HiddenParams {
  /** From the call to its answer, in milliseconds. */
  _response_ms: number;
  /** The id of the call, different for each: also in `x-switchman-call-id`, and in errors as `callId`. */
  call_id: string;
  /** "provider/model" of every deployment whose words the answer holds, in order: several where a stream was gone on with. */
  models_used: string[];
  /** The id of the deployment that answered, the last of several. */
  model_id: string;
  /** Its group. */
  model_group: string;
  /** The model as the caller named it. */
  requested_model: string;
  /** Its provider, as in "provider/model". */
  provider: string;
  /** Its address, without a slash at the end. */
  api_base: string;
  /**
   * What the call cost, in US dollars: its answer, with all parts of one that was gone on with, and every other send that was
   * or may have been billed. `null` where it is not known what the answer costs: its model has no price here, the provider did
   * not tell what it used, or a stream has not ended. 0 for an answer that was kept, and for a mock.
   */
  response_cost: number | null;
  /** What that was paid for; the parts add up to it. `null` where it is not known. */
  response_cost_parts: CostParts | null;
  /**
   * How much of `response_cost` is an estimate: of sends that were too slow, lost a race or broke off before their providers
   * told what they used. 0 where all of it was told, `null` where `response_cost` is.
   */
  estimated_cost: number | null;
  /** Sends beside the answering one that may have been billed, nobody knows how much. They are not in `response_cost`. */
  unpriced_attempts: number;
  /** Was the answer kept, from another call? Then `attempts` is empty, and the rest tells of the call that it came from. */
  cache_hit: boolean;
  /** Sends beyond the first of each group. */
  attempted_retries: number;
  /** Groups that the call moved on to. */
  attempted_fallbacks: number;
  /** Every send, in order; the last one answered. None for an answer that was kept. */
  attempts: Attempt[];
  /**
   * What the answer used: all parts of it, where a stream was gone on with or begun again. `null` if the provider did not say,
   * and for a stream until it has ended.
   */
  usage: Usage | null;
  /**
   * Where `usage` comes from. "partial": what the provider had told when its stream broke off or was left; some tell what the
   * prompt took with their first event. "estimated": the stream was gone on with or begun again, and of the parts that broke
   * off nobody told all; each counts with its prompt and with what it had said. Nothing else is ever estimated.
   */
  usage_source: "provider" | "partial" | "estimated" | "none";
  latency: Latency;
  /** Events of a stream that did not parse, and were skipped. Always 0 where nothing is streamed. */
  skipped_events: number;
  /** The experiment and the variant that the call belongs to, if it belongs to one. */
  experiment?: string;
  variant?: string;
  /** Every choice of the call, where `explain` asked for it. */
  decision?: Decisions;
  /** Headers of the provider's answer: `x-request-id`, `openai-processing-ms`, `openai-version`, `x-ratelimit-*`. */
  additional_headers: Record<string, string>;
}

/** One send to one deployment. */
export interface Attempt {
  /** The id of the deployment. */
  deployment: string;
  /** "provider/model". */
  model_used: string;
  /** The group in which it was tried. */
  model_group: string;
  /** What it was answered with; `null` if no response head came. */
  status: number | null;
  /** The class of what went wrong, such as "RateLimitError"; `null` if nothing did. */
  error: string | null;
  /** What went wrong, in words; `null` if nothing did. Holds no credential. */
  message: string | null;
  /** From send to end, in milliseconds; 0 while it runs. */
  ms: number;
  /**
   * In US dollars. 0 for one that was refused or never got there, and for a mock; `null` where it is not known, as of a stream
   * that was cut off in the middle, unless `mid_stream` had it read.
   */
  cost: number | null;
  /**
   * Is that an estimate? Of a send that was given up or cut off before its provider told: the prompt as it was counted for a
   * budget or a limit, else as the answer of the call tells it, and what was read of its own answer.
   */
  cost_estimated: boolean;
}

/** US dollars, by what they are paid for. What does not occur is not there. */
export interface CostParts {
  /** Text of the prompt, and of the answer. */
  input?: number;
  output?: number;
  /** Tokens that came from the provider's cache, and that were written to it. */
  cached?: number;
  cache_write?: number;
  reasoning?: number;
  /** Audio and images, read and made. */
  audio?: number;
  image?: number;
  /** Searches of the web, and units of a rerank call. */
  search?: number;
  query?: number;
  /** By the second, and by the character. */
  time?: number;
  characters?: number;
  /** The call itself. */
  request?: number;
}

/** Tokens, as the provider counts them. */
export interface Usage {
  /** Read; cached ones included. */
  prompt_tokens: number;
  /** Written; reasoning included. */
  completion_tokens: number;
  /** Both together. */
  total_tokens: number;
  /** Of the prompt: those that came out of the provider's cache. */
  cached_tokens: number;
  /** Of the completion: those that were reasoning. */
  reasoning_tokens: number;
  // What follows is there where it is counted and not 0.
  /** Of the prompt: those that were written to the provider's cache. */
  cache_write_tokens?: number;
  /** Of these: those that are kept there for an hour. */
  cache_write_1h_tokens?: number;
  /** Of the prompt: audio, and what of that came out of the cache. */
  input_audio_tokens?: number;
  cached_audio_tokens?: number;
  /** Of the prompt: images. */
  input_image_tokens?: number;
  /** Of the completion: audio, and images. */
  output_audio_tokens?: number;
  output_image_tokens?: number;
  /** Searches of the web. */
  web_searches?: number;
  /** What a rerank call is billed by. */
  search_units?: number;
  /** Audio that was heard, and made, in milliseconds. */
  input_ms?: number;
  output_ms?: number;
  /** Characters and images, where they are what is billed. */
  input_characters?: number;
  output_characters?: number;
  input_images?: number;
  output_images?: number;
}

export interface Latency {
  /** From the call to its end, in milliseconds; while a stream runs, to now. */
  total_ms: number;
  /** From the call to a stream's first content, in milliseconds; `null` if it was none or had none. */
  first_token_ms: number | null;
}
