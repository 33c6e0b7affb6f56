/** A body that can be broken while it is being read: the scripted faults of the test kit are chosen before a call. */

const encoder = new TextEncoder();

/** What a provider says in a stream when it fails half-way, by dialect. */
const ERROR_EVENTS = {
  openai: 'data: {"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}\n\n',
  anthropic: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
};

/** The error of a body whose connection was lost, as a runtime's `fetch` reports it. */
const lostConnection = () => new TypeError("terminated", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });

export class LiveBody {
  #reader;
  #dialect;
  #onEnd;
  /** @type {any} */
  #controller;
  #isSilent = false;
  #isOver = false;

  /**
   * @param {ReadableStream<Uint8Array>} body
   * @param {{ dialect: keyof typeof ERROR_EVENTS, signal?: AbortSignal | null, onEnd: (live: LiveBody) => void }} around
   */
  constructor(body, { dialect, signal, onEnd }) {
    this.#reader = body.getReader();
    this.#dialect = dialect;
    this.#onEnd = onEnd;
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: (reason) => {
          this.#end();
          return this.#reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
    signal?.addEventListener("abort", () => this.#fail(signal.reason), { once: true });
  }

  async #pull() {
    try {
      const { done, value } = await this.#reader.read();
      if (this.#isOver) return;
      // Nothing comes any more, and nobody says so: only the reader's patience ends this.
      if (this.#isSilent) return await new Promise(() => {});
      if (!done) return this.#controller.enqueue(value);
      this.#end();
      this.#controller.close();
    } catch (error) {
      if (!this.#isSilent) this.#fail(error);
    }
  }

  cut() {
    this.#fail(lostConnection());
  }

  silence() {
    this.#isSilent = true;
  }

  /** The last event is an error, and the body ends cleanly after it, as providers do. */
  errorEvent() {
    if (this.#isOver) return;
    this.#controller.enqueue(encoder.encode(ERROR_EVENTS[this.#dialect]));
    this.#end();
    this.#controller.close();
    this.#abandon();
  }

  #fail(error) {
    if (this.#isOver) return;
    this.#end();
    this.#controller.error(error);
    this.#abandon();
  }

  #end() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(this);
  }

  /** The fake need not go on. A body that has failed already rejects here, and has been told. */
  #abandon() {
    this.#reader.cancel().catch(() => {});
  }
}
