// A streamed answer as the stream parts of the AI SDK.

import { addedTo, callId, files, replayable } from "./content.js";
import { citationsOf, finishOf, metadataOf, responseOf, usageOf } from "./told.js";

/** Chunks in, parts out. A tool call is told as a whole only when the stream has ended well. */
export class Parts {
  /** @type {{ kind: "text" | "reasoning", id: string } | undefined} */
  #open;
  #count = 0;
  #hasBegun = false;
  #isRefused = false;
  #isRestarted = false;
  #reason;
  #usage;
  #logprobs;
  #first = {};
  /** By their index. @type {Map<number, { id: string, name: string, text: string, added: any, hasStarted: boolean }>} */
  #calls = new Map();
  /** @type {any[]} */
  #citations = [];

  /** Another deployment has begun anew, and what was said is void: of that the AI SDK cannot be told. */
  get isRestarted() {
    return this.#isRestarted;
  }

  /** @param {any} chunk */
  of(chunk) {
    const parts = [];
    if (chunk.switchman?.event === "restart") this.#isRestarted = true;
    if (!this.#hasBegun && chunk.id) {
      this.#hasBegun = true;
      this.#first = chunk;
      parts.push({ type: "response-metadata", ...responseOf(chunk) });
    }
    if (chunk.usage) this.#usage = chunk.usage;
    const choice = chunk.choices?.find(({ index }) => (index ?? 0) === 0);
    if (!choice) return parts;
    this.#reason = choice.finish_reason ?? this.#reason;
    if (choice.logprobs) (this.#logprobs ??= []).push(choice.logprobs);
    this.#delta(choice.delta ?? {}, parts);
    return parts;
  }

  #delta(delta, parts) {
    const thought = delta.reasoning_content ?? delta.reasoning;
    if (typeof thought === "string") this.#say("reasoning", thought, parts);
    // A block comes when its text has been told.
    for (const block of delta.thinking_blocks ?? []) {
      this.#begin("reasoning", parts);
      this.#end(parts, replayable(block));
    }
    if (typeof delta.content === "string") this.#say("text", delta.content, parts);
    if (typeof delta.refusal === "string" && delta.refusal !== "") {
      this.#isRefused = true;
      this.#say("text", delta.refusal, parts);
    }
    const citations = citationsOf(delta.annotations, `${this.#first.id ?? "source"}-${this.#citations.length}`);
    this.#citations.push(...citations);
    parts.push(...citations.map(({ source }) => source), ...files(delta.images));
    (delta.tool_calls ?? []).forEach((piece, at) => this.#call(piece, piece.index ?? at, parts));
  }

  #say(kind, delta, parts) {
    if (delta === "") return;
    this.#begin(kind, parts);
    parts.push({ type: `${kind}-delta`, id: this.#open?.id, delta });
  }

  #begin(kind, parts) {
    if (this.#open?.kind === kind) return;
    this.#end(parts);
    this.#open = { kind, id: `${kind}-${this.#count++}` };
    parts.push({ type: `${kind}-start`, id: this.#open.id });
  }

  /** @param {any[]} parts @param {object} [more] */
  #end(parts, more) {
    if (!this.#open) return;
    const { kind, id } = this.#open;
    const citations = kind === "text" && this.#citations.length > 0 ? { citations: this.#citations } : undefined;
    if (citations) this.#citations = [];
    parts.push({ type: `${kind}-end`, id, ...citations, ...more });
    this.#open = undefined;
  }

  #call(piece, index, parts) {
    this.#end(parts);
    let call = this.#calls.get(index);
    if (!call) this.#calls.set(index, (call = { id: "", name: "", text: "", added: {}, hasStarted: false }));
    const { name = "", arguments: text = "" } = piece.function ?? {};
    call.id ||= piece.id ?? "";
    call.name ||= name;
    call.text += text;
    Object.assign(call.added, addedTo(piece)?.providerMetadata.switchman);
    if (call.name === "") return;
    // What came before the name comes with it.
    const delta = call.hasStarted ? text : call.text;
    if (!call.hasStarted) {
      call.hasStarted = true;
      call.id = callId(call, this.#first, index);
      parts.push({ type: "tool-input-start", id: call.id, toolName: call.name });
    }
    if (delta !== "") parts.push({ type: "tool-input-delta", id: call.id, delta });
  }

  /**
   * What is left to say when the stream has ended: well, or with an error.
   * @param {string} model_used
   * @param {any} meta
   * @param {unknown} [error]
   */
  last(model_used, meta, error) {
    const parts = [];
    this.#end(parts);
    if (error === undefined) {
      for (const { id, name, text, added, hasStarted } of this.#calls.values()) {
        if (!hasStarted) continue;
        const input = text.trim() === "" ? "{}" : text;
        parts.push({ type: "tool-input-end", id }, { type: "tool-call", toolCallId: id, toolName: name, input, ...addedTo(added) });
      }
    } else parts.push({ type: "error", error });
    const finishReason = error === undefined ? finishOf(this.#reason, this.#isRefused) : { unified: "error", raw: undefined };
    const more = this.#logprobs ? { logprobs: this.#logprobs } : undefined;
    const usage = usageOf(meta.usage, this.#usage);
    parts.push({ type: "finish", finishReason, usage, providerMetadata: metadataOf(model_used, meta, more) });
    return parts;
  }
}
