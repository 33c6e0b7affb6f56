// A streamed answer as objects.

import { hiddenParams, replyHeaders } from "./answer.js";
import { assemble } from "./assemble.js";
import { DONE, FAILED } from "./codes.js";

const encoder = new TextEncoder();

/**
 * The chunks of a streamed completion: iterate it, or ask for `.final()`, `.readable` or `.toResponse()`. One reader
 * only. Leaving the loop early cancels the upstream. It is no `ReadableStream` itself: workerd would turn an object
 * stream given to `new Response` into a silent empty 200.
 */
export class CompletionStream {
  #hub;
  #call;
  /** @type {any[]} */
  #ready = [];
  #isRead = false;
  #isOver = false;
  /** @type {((error: Error) => void) | undefined} */
  #interrupt;
  #failed;
  /** Settles when whoever asked last has been served. @type {Promise<void> | undefined} */
  #turn;
  #meta;

  constructor(hub, call) {
    this.#hub = hub;
    this.#call = call;
    this.#take();
    call.waitingSince = Infinity;
    call.onMoved = (action) => {
      if (action !== FAILED) return;
      this.#failed = call.fail();
      this.#isOver = true;
      call.reader.cancel().catch(() => {});
      this.#interrupt?.(this.#failed);
    };
    const report = hub.report(call);
    const deployment = hub.deployment(report.deployment);
    /** "provider/model" of the deployment that answers. */
    this.model_used = deployment.model_used;
    Object.defineProperty(this, "_hidden_params", { enumerable: false, get: () => this.meta });
  }

  /** How the answer came about; complete once the stream has ended. */
  get meta() {
    if (this.#meta) return this.#meta;
    const { report, response, isOver } = this.#call;
    const meta = hiddenParams(this.#hub, report ?? this.#hub.report(this.#call), response.headers);
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

  #checkUnread() {
    if (this.#isRead) throw new TypeError("this stream is being read already");
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
          const body = this.#hub.wire.get(error);
          if (!body) throw error;
          controller.enqueue(event(body));
          controller.close();
        }
      },
      cancel: () => this.#leave(),
    }, { highWaterMark: 0 });
  }

  /** A streaming `Response`, with the metadata in its headers. */
  toResponse() {
    const { report, response } = this.#call;
    const told = report ?? this.#hub.report(this.#call);
    return new Response(this.readable, { headers: replyHeaders(this.#hub, told, "text/event-stream", response.headers) });
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
      if (this.#ready.length > 0) return { done: false, value: this.#ready.shift() };
      if (this.#failed) throw this.#failed;
      if (this.#isOver) return { done: true, value: undefined };
      await this.#read();
    }
  }

  async #read() {
    const call = this.#call;
    let read;
    try {
      read = await new Promise((resolve, reject) => {
        this.#interrupt = reject;
        call.waitingSince = this.#hub.now();
        call.reader.read().then(resolve, reject);
      });
    } catch (error) {
      if (this.#failed) return;
      return this.#end(call.ended(undefined, error));
    }
    if (read.done) return this.#end(call.ended(undefined));
    call.waitingSince = Infinity;
    const action = call.push(read.value);
    this.#take();
    if (action === FAILED) return this.#end(action);
    if (this.#hub.core.coreStreamDone(call.id)) {
      const ended = call.ended(undefined);
      call.reader.cancel().catch(() => {});
      this.#end(ended);
    }
  }

  /** Takes the chunks that the core has read: a line each. One that does not parse is skipped, and counted. */
  #take() {
    const texts = this.#hub.core.coreObjects(this.#call.id);
    if (texts === "") return;
    for (const text of texts.split("\n")) {
      try {
        this.#ready.push(JSON.parse(text));
      } catch {
        this.#call.skippedEvents += 1;
      }
    }
  }

  #end(action) {
    this.#isOver = true;
    if (action !== DONE) this.#failed = this.#call.fail();
  }

  /** The reader does not want more: the upstream is cancelled in the same turn. */
  #leave() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#call.onMoved = undefined;
    this.#call.cancel();
    this.#call.fail();
    this.#call.reader.cancel().catch(() => {});
  }
}
