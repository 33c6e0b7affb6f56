/**
 * A fake LLM provider for tests, benches and demos.
 *
 * ```js
 * import { fakeProvider } from "switchman/testkit";
 *
 * const alpha = fakeProvider({ name: "alpha" });
 * alpha.script({ status: 429, headers: { "retry-after": "1" } }, { stall: "head" });
 * // Give alpha.fetch to whatever calls the provider; then look at alpha.calls.
 * ```
 */

/** Makes a fake provider. No I/O, clock or randomness until it is called. Throws a TypeError for an unknown option or fault. */
export function fakeProvider(options?: FakeProviderOptions): FakeProvider;

/** The names of all kinds of faults: the keys a `Fault` may have. */
export const faultKinds: readonly string[];

/** The error body that OpenAI sends with a status, with some of its fields changed. For a fault's `body`. */
export function openaiError(status: number, fields?: ErrorFields): { error: Required<ErrorFields> };

/** The fields of OpenAI's error object. */
export interface ErrorFields {
  message?: string;
  type?: string;
  param?: string | null;
  code?: string | number | null;
}

/**
 * The error body that Anthropic sends with a status, with some of its fields changed. For a fault's `body`. Without a
 * request id, none stands in it.
 */
export function anthropicError(status: number, fields?: AnthropicErrorFields, requestId?: string): AnthropicError;

/** The fields of Anthropic's error object. */
export interface AnthropicErrorFields {
  message?: string;
  type?: string;
  details?: unknown;
}

/** Anthropic's error body. */
export interface AnthropicError {
  type: "error";
  error: { type: string; message: string; details?: unknown };
  request_id?: string;
}

/** The error body that Azure sends with a status, with some of its fields changed. For a fault's `body`. */
export function azureError(status: number, fields?: Record<string, unknown>): { error: { code: string; message: string } };

/** The body with which Azure refuses a prompt that its filters have caught; its status is 400. For a fault's `body`. */
export function azureFilteredPrompt(): { error: Record<string, unknown> };

/**
 * What a server of OpenAI's API does in its own way: reasoning under another name (`reasoning`, `reasoning_content`) or as
 * parts of the content; usage in every chunk, with the last choice, in it, or in `x_groq`; a role in every chunk, no
 * terminator, comments between the events; tool calls without index or type, or with arguments that are an object; ends of
 * another name.
 */
export type Quirk =
  | "reasoning"
  | "reasoning_content"
  | "thinking_parts"
  | "usage_in_every_chunk"
  | "usage_with_choice"
  | "usage_in_choice"
  | "x_groq"
  | "role_in_every_chunk"
  | "no_terminator"
  | "comments"
  | "no_tool_index"
  | "no_tool_type"
  | "object_arguments"
  | "eos"
  | "content_filter";

/** The error body that Google sends with a status, with some of its fields changed. For a fault's `body`. */
export function geminiError(status: number, fields?: GeminiErrorFields): { error: { code: number; message: string; status: string; details?: unknown[] } };

/** The fields of Google's error object. */
export interface GeminiErrorFields {
  code?: number;
  message?: string;
  status?: string;
  details?: unknown[];
}

export interface FakeProviderOptions {
  /** Stands in the reply's text, the ids and `owned_by`. Default "fake". */
  name?: string;
  /** The model that `GET /models` lists. Calls may ask for any; the answer echoes it. Default "<name>-model". */
  model?: string;
  /** The text of a chat answer. Default: a sentence with the provider's name (as JSON, where the request asks for it). */
  reply?: string | ((call: Call) => string | Promise<string>);
  /** Length of the default sentence in words; a stream has one event a word. Default 8. */
  words?: number;
  /** Wait before the response head, in milliseconds. Default 0. */
  latencyMs?: number;
  /** Wait between two chunks of a body, in milliseconds. Default 0. */
  chunkDelayMs?: number;
  /** An array: one fault a request, then none, as with `script`. One fault or a function: for all requests, as with `setFaults`. */
  faults?: FaultChoice | readonly FaultChoice[];
  /** Sent as the chat usage exactly as given; `false`: the provider never tells usage. Default: counted from the texts. */
  usage?: Record<string, unknown> | false;
  /**
   * The key that requests must carry as a bearer token, or to Anthropic's paths as `x-api-key`, to Azure's as `api-key` and to
   * Google's as `x-goog-api-key`, which go first; others are answered 401, by Google 400. Default: anything goes.
   */
  apiKey?: string;
  /**
   * The wire format, and with it the paths that are served. "both": Anthropic's for its own paths, and for models
   * where a request has an `anthropic-version`; Google's likewise, where it has an `x-goog-api-key`; OpenAI's for all
   * others. "azure": OpenAI's with Azure's addresses, filters and errors. Default "openai".
   */
  dialect?: "openai" | "anthropic" | "azure" | "gemini" | "both";
  /** What it does in its own way, in OpenAI's dialect and Azure's; applied in this order. Default: nothing. */
  quirks?: readonly Quirk[];
  /** Members of chat requests that it does not know, and refuses with 400. Default: none. */
  refuses?: readonly string[];
  /**
   * Whether an answer goes on from a last message that is the assistant's: the text of that message and of the answer are
   * the whole text, also where another fake began its default sentence. A text that does not begin the answer is followed
   * by all of it. Where it is false, OpenAI's dialect answers with a new message, and the others refuse with 400, as their
   * newer models do. Default: false for OpenAI's, true for the others.
   */
  continues?: boolean;
  /** How many calls `calls` keeps; the oldest go first. Default: all. */
  keepCalls?: number;
  /** Replaces the timers behind all waits. Must reject when the signal fires. Default: setTimeout. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** The clock behind `Call.at`, in epoch milliseconds. Default: Date.now. */
  now?: () => number;
}

export interface FakeProvider {
  readonly name: string;
  /**
   * Answers as the provider would; usable unbound wherever a `fetch` is. Serves, under any base path, GET `/models` and
   * GET `/models/{id}`; in OpenAI's dialect POST `/chat/completions` and POST `/embeddings`; in Anthropic's POST
   * `/messages` and POST `/messages/count_tokens`; in Google's `:generateContent`, `:streamGenerateContent`, `:embedContent`
   * and `:batchEmbedContents` of any model, where models from `gemini-3` on want their thoughts' signatures back. Refuses what the provider's API refuses. Rejects as `fetch` does: with
   * the signal's reason, with a TypeError when the connection fails.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Every request so far, in order of arrival. */
  readonly calls: readonly Call[];
  /** Requests that have no answer yet, and bodies that were not read to their end, cancelled or aborted. */
  readonly open: number;
  /** Queues faults, one a request; `undefined` lets a request through. They go before the standing ones. */
  script(...faults: FaultChoice[]): void;
  /** Sets what strikes every request from now on, once the queue is used up; an array goes round and round; nothing ends it. */
  setFaults(faults?: FaultChoice | readonly FaultChoice[]): void;
  /** Forgets the calls, counts from one again, and goes back to the faults of the options. What is open stays open. */
  reset(): void;
  /**
   * Lets so many more chunks of every body go that a `drip` holds back; they are kept for chunks yet to come. Default 1;
   * Infinity ends the dripping. Throws a TypeError for what is no count from 1 up.
   */
  release(count?: number): void;
  /** Resolves once `holds` is true of this provider; asked now and after each arrival and each end. Never times out by itself. */
  when(holds: (provider: FakeProvider) => unknown): Promise<void>;
}

/** A request as the provider saw it, and how it ended. None of the last three while it is open, or when the connection failed. */
export interface Call {
  /** 1 for the first request. */
  readonly n: number;
  readonly method: string;
  readonly url: string;
  /** The URL's path, without its query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Record<string, string>;
  /** The body parsed as JSON; where that fails the text. */
  readonly body: any;
  readonly text: string;
  /** Arrival, in epoch milliseconds. */
  readonly at: number;
  /** The fault that struck it. */
  fault: Fault | undefined;
  /** The status answered, once there is one. */
  status: number | undefined;
  /** The caller's signal fired (over HTTP: the client left) before the end. */
  aborted: boolean;
  /** The reader cancelled the body before its end. */
  cancelled: boolean;
  /** The answer was delivered to a clean end, be it short of what was promised. */
  finished: boolean;
}

/** A fault, none, or a function of the request's number and record that chooses. */
export type FaultChoice = Fault | undefined | null | false | ((n: number, call: Call) => Fault | undefined | null | false);

/** A place in a body: after so many bytes or so many server-sent events (a body without events is one). 0 is right after the head. */
export interface Place {
  afterBytes?: number;
  afterEvents?: number;
}

/** What goes wrong with one request. Kinds combine; they strike in the order in which they stand here. */
export interface Fault {
  /** Waits so long before the head, instead of the provider's own `latencyMs`. */
  latencyMs?: number;
  /** The connection is refused: `fetch` rejects with a TypeError whose cause has the code ECONNREFUSED; a socket closes before a byte. */
  refuse?: boolean;
  /** Answers with this status (200 to 599), from 400 up with the dialect's error body for it. */
  status?: number;
  /** Answers with this body: an object as JSON, text as text/plain, bytes as they are; 200 unless `status` is given. */
  body?: unknown;
  /**
   * Answers with these server-sent events, objects as JSON, instead of the provider's own. Nothing is added, not even
   * `[DONE]`; but in Anthropic's dialect an object's `type` is the event's name.
   */
  events?: readonly (string | object)[];
  /** A web page instead of an answer; 200 unless `status` is given. */
  html?: boolean;
  /** An empty body of the right content type; 200 unless `status` is given. */
  empty?: boolean;
  /** A JSON error body with status 200, also where a stream was asked for; `true` for a server error. */
  errorIn200?: boolean | ErrorFields | AnthropicErrorFields | GeminiErrorFields;
  /** Redirects there; 302 unless `status` is given. `fetch` follows to this same provider, as its `redirect` option says. */
  redirect?: string;
  /** Sets response headers, with or without another fault. */
  headers?: Record<string, string>;
  /** Answers with this content type. */
  contentType?: string;
  /** Inserts a data line that does not parse before event `at` (default 1). Streams only. */
  malformedEvent?: boolean | { at?: number };
  /**
   * Ends a stream with an error event in place of event `at` (default 0, the first), or of the terminator ("end"): a server
   * error in OpenAI's dialect, `overloaded_error` under the name `error` in Anthropic's, `UNAVAILABLE` in Google's. Streams
   * only.
   */
  errorEvent?: boolean | { at?: number | "end"; error?: ErrorFields | AnthropicErrorFields | GeminiErrorFields };
  /** Ends a stream cleanly without its terminator: `[DONE]`, `message_stop`, or Google's event with a `finishReason`. */
  unterminated?: boolean;
  /**
   * Sends a ping between any two events of a stream: Anthropic's own event; in OpenAI's dialect a comment, as its servers
   * send them. Each counts as an event for `cut` and `stall`.
   */
  pings?: boolean;
  /** Puts a comment line, this or `keep-alive`, before every event of a stream and another after its data. */
  comments?: boolean | string;
  /** Ends the lines of a stream with CR LF. */
  crlf?: boolean;
  /** Adds so many bytes of blanks, which leave JSON valid: to the first content event of a stream, or to the end of the body. */
  hugeBody?: number;
  /** Ends the body cleanly after so many bytes; `true`: after half of them. */
  truncate?: boolean | number;
  /** Breaks the connection in the body, or closes it cleanly; by default after a stream's first content, else half-way. */
  cut?: boolean | (Place & { how?: "error" | "close" });
  /** Never answers, never sends a body, or falls silent there, until the caller gives up. */
  stall?: "head" | "body" | Place;
  /** Waits so long between two chunks, instead of the provider's own `chunkDelayMs`. */
  chunkDelayMs?: number;
  /**
   * Sends the first event (or piece) of a body, and each further one only when the provider's `release` lets it go. A test
   * that releases when its reader has got an event proves that nothing on the way holds one back.
   */
  drip?: boolean;
  /** Delivers the body in pieces of so many bytes, or of random sizes from 1 to 24. */
  splitBytes?: number | "random";
  /** Seed of the random sizes. Default 1. */
  seed?: number;
  /** Delivers the body in pieces that part every character of several bytes after its first one. */
  splitUtf8?: boolean;
  /** Ends the lines of a stream with CR LF, and delivers it in pieces that part every CR from its LF. */
  splitCrlf?: boolean;
}
