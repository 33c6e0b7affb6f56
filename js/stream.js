// A streamed answer as objects.

import { hiddenParams, replyHeaders } from "./answer.js";
import { assemble } from "./assemble.js";
import { RouterError } from "./errors.js";
import { Pump } from "./pump.js";

const encoder = new TextEncoder();

/**
 * The chunks of a streamed completion: iterate it, or ask for `.final()`, `.readable` or `.toResponse()`. One reader
 * only. Leaving the loop early cancels the upstream. It is no `ReadableStream` itself: workerd would turn an object
 * stream given to `new Response` into a silent empty 200.
 */
export class CompletionStream {
  #hub;
  #call;
  #pump;
  /** @type {any[]} */
  #ready = [];
  #isRead = false;
  #hasLeft = false;
  /** Settles when whoever asked last has been served. @type {Promise<void> | undefined} */
  #turn;
  #meta;

  constructor(hub, call) {
    this.#hub = hub;
    this.#call = call;
    this.#pump = new Pump(hub, call, (core, id) => core.coreTake(id));
    Object.defineProperty(this, "_hidden_params", { enumerable: false, get: () => this.meta });
  }

  /** "provider/model" of the deployment that answers; after a stream was gone on with elsewhere, of the last one. */
  get model_used() {
    return this.#hub.deployment(this.#report().deployment).model_used;
  }

  /** How the answer came about; complete once the stream has ended. */
  get meta() {
    if (this.#meta) return this.#meta;
    const { response, isOver } = this.#call;
    const meta = hiddenParams(this.#hub, this.#report(), response.headers);
    if (isOver) this.#meta = meta;
    return meta;
  }

  [Symbol.asyncIterator]() {
    this.#checkUnread();
    this.#isRead = true;
    return {
      next: () => this.#inTurn(),
      return: async (value) => {
        this.#leave();
        return { done: true, value };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** The assembled completion, as if it had not been streamed. */
  async final() {
    const chunks = [];
    for await (const chunk of this) chunks.push(chunk);
    return assemble(chunks, this.meta.usage);
  }

  /** The chunks as server-sent events, in bytes. An error after the beginning is an error event. */
  get readable() {
    this.#checkUnread();
    // Taken at the first read: looking at the property must not lock the stream.
    /** @type {any} */
    let iterator;
    const event = (text) => encoder.encode(`data: ${text}\n\n`);
    return new ReadableStream({
      pull: async (controller) => {
        try {
          iterator ??= this[Symbol.asyncIterator]();
          const { done, value } = await iterator.next();
          controller.enqueue(event(done ? "[DONE]" : JSON.stringify(value)));
          if (done) controller.close();
        } catch (error) {
          if (!(error instanceof RouterError)) throw error;
          controller.enqueue(event(this.#hub.wireOf(error)));
          controller.close();
        }
      },
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
  }

  /** A streaming `Response`, with the metadata in its headers. */
  toResponse() {
    const headers = replyHeaders(this.#hub, this.#report(), "text/event-stream", this.#call.response.headers);
    return new Response(this.readable, { headers });
  }

  #report() {
    return this.#call.report ?? this.#hub.report(this.#call);
  }

  #checkUnread() {
    if (this.#isRead) throw new TypeError("this stream is being read already");
  }

  /** One at a time and in order, as with a generator, if several are asked for at once. */
  #inTurn() {
    const turn = this.#turn ? this.#turn.then(() => this.#next()) : this.#next();
    const over = () => {
      if (this.#turn === settled) this.#turn = undefined;
    };
    const settled = turn.then(over, over);
    this.#turn = settled;
    return turn;
  }

  async #next() {
    for (;;) {
      if (this.#hasLeft) return { done: true, value: undefined };
      if (this.#ready.length > 0) return { done: false, value: this.#ready.shift() };
      const texts = await this.#pump.next();
      if (texts === undefined) return { done: true, value: undefined };
      this.#read(texts);
    }
  }

  /** Takes the chunks that the core has read: a line each. One that does not parse is skipped, and counted. */
  #read(texts) {
    for (const text of texts.split("\n")) {
      try {
        this.#ready.push(JSON.parse(text));
      } catch {
        this.#call.skippedEvents += 1;
      }
    }
  }

  #leave() {
    this.#hasLeft = true;
    this.#pump.leave();
  }
}
