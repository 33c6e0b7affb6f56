// A streamed answer as objects.

import { hiddenParams, replyHeaders } from "./answer.js";
import { assemble } from "./assemble.js";
import { Chunks } from "./chunks.js";
import { RouterError } from "./errors.js";
import { Pump } from "./pump.js";

const encoder = new TextEncoder();

/**
 * What a call's stream goes on to say, as chunks.
 * @param {import("./hub.js").Hub} hub
 * @param {import("./drive.js").Call} call
 */
export function chunksOf(hub, call) {
  const { take, push } = new Chunks(hub, call);
  return new Pump(hub, call, take, push);
}

/**
 * The chunks of a streamed completion: iterate it, or ask for `.final()`, `.readable` or `.toResponse()`. One reader
 * only. Leaving the loop early cancels the upstream. It is no `ReadableStream` itself: workerd would turn an object
 * stream given to `new Response` into a silent empty 200.
 */
export class CompletionStream {
  #hub;
  #call;
  #pump;
  /** Chunks that have been read, and how many of them have been handed on. @type {any[]} */
  #ready = [];
  #next = 0;
  #isRead = false;
  #hasLeft = false;
  /** Who waits for a chunk, in order. @type {{ resolve: (result: IteratorResult<any>) => void, reject: (error: unknown) => void }[]} */
  #waiting = [];
  /** The first of them has asked the pump. */
  #isAsking = false;
  #meta;

  /**
   * @param {import("./hub.js").Hub} hub
   * @param {any} call whose stream it is
   * @param {{ ask: Pump["ask"], leave: () => void }} pump gives the chunks, a list at a time
   */
  constructor(hub, call, pump) {
    this.#hub = hub;
    this.#call = call;
    this.#pump = pump;
    Object.defineProperty(this, "_hidden_params", { enumerable: false, get: () => this.meta });
  }

  /** "provider/model" of the deployment that answers; after a stream was gone on with elsewhere, of the last one. */
  get model_used() {
    return this.#report().deployment.model_used;
  }

  /** How the answer came about; complete once the stream has ended. */
  get meta() {
    if (this.#meta) return this.#meta;
    const { response, isOver } = this.#call;
    const meta = hiddenParams(this.#report(), response.headers);
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
    const headers = replyHeaders(this.#report(), "text/event-stream", this.#call.response.headers);
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
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (!this.#isAsking) this.#serve();
    });
  }

  /** Answers who waits, until the pump has to be asked. */
  #serve() {
    const { length } = this.#waiting;
    for (let served = 0; served < length; served += 1) {
      if (this.#hasLeft) this.#answer({ done: true, value: undefined });
      else if (this.#next < this.#ready.length) this.#answer({ done: false, value: this.#ready[this.#next++] });
      else {
        this.#isAsking = true;
        this.#pump.ask(this.#onChunks, this.#onError);
        return;
      }
    }
  }

  /** @param {IteratorResult<any>} result */
  #answer(result) {
    this.#waiting.shift()?.resolve(result);
  }

  /** Takes what has been read; `undefined` at the end. @param {any[] | undefined} chunks */
  #onChunks = (chunks) => {
    this.#isAsking = false;
    if (chunks === undefined) this.#answer({ done: true, value: undefined });
    else {
      this.#ready = chunks;
      this.#next = 0;
    }
    this.#serve();
  };

  /** @param {unknown} error */
  #onError = (error) => {
    this.#isAsking = false;
    this.#waiting.shift()?.reject(error);
    this.#serve();
  };

  #leave() {
    this.#hasLeft = true;
    this.#pump.leave();
  }
}
