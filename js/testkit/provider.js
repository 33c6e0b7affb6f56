/**
 * The fake provider itself: receives a request, picks its fault, lets the dialect answer, delivers the reply.
 */

import { anthropic, isAnthropic } from "./anthropic/index.js";
import { azure } from "./azure/index.js";
import { bodyStream } from "./body.js";
import { requestId } from "./dialect.js";
import { bendBody, bendReply, connectThrough } from "./faults/index.js";
import { FaultSource } from "./faults/source.js";
import { gemini, isGemini } from "./gemini/index.js";
import { Gates } from "./gate.js";
import { Journal } from "./journal.js";
import { openai } from "./openai/index.js";
import { checkQuirks } from "./openai/quirks.js";
import { bodySteps } from "./reply.js";
import { readRequest, redirectedRequest } from "./request.js";
import { sleep, unlessAborted } from "./waiting.js";

/** @typedef {import("./index.js").Call} Call */
/** @typedef {import("./index.js").FakeProviderOptions} Options */
/** @typedef {import("./request.js").ProviderRequest} ProviderRequest */
/** @typedef {{ status: number, location: string }} Redirect */
/** @typedef {{ response: Response, redirectTo?: undefined } | { response?: undefined, redirectTo: Redirect }} Ending */

/** The dialect in which a call is answered. @type {Record<string, (call: Call) => import("./dialect.js").Dialect>} */
const DIALECTS = {
  openai: () => openai,
  anthropic: () => anthropic,
  azure: () => azure,
  gemini: () => gemini,
  both: (call) => (isAnthropic(call) ? anthropic : isGemini(call) ? gemini : openai),
};

const DEFAULTS = {
  name: "fake",
  /** @type {string | undefined} */
  model: undefined,
  reply: undefined,
  words: 8,
  latencyMs: 0,
  chunkDelayMs: 0,
  faults: undefined,
  usage: undefined,
  apiKey: undefined,
  dialect: "openai",
  continues: undefined,
  /** @type {readonly string[]} */
  quirks: [],
  /** @type {readonly string[]} */
  refuses: [],
  keepCalls: Infinity,
  sleep,
  now: () => Date.now(),
};

/** As the fetch standard has it. */
const MAX_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const WITHOUT_BODY = new Set([204, 205, 304]);

export class FakeProvider {
  #options;
  #journal;
  #dialectOf;
  #gates = new Gates();
  #faults = new FaultSource();

  /** @param {Options} [options] */
  constructor(options = {}) {
    for (const key of Object.keys(options)) {
      if (!Object.hasOwn(DEFAULTS, key))
        throw new TypeError(`unknown option "${key}"; known: ${Object.keys(DEFAULTS).join(", ")}`);
    }
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    this.#options = { ...DEFAULTS, model: `${given.name ?? DEFAULTS.name}-model`, ...given };
    const { dialect, continues, words, keepCalls, now, latencyMs, chunkDelayMs } = this.#options;
    if (!Object.hasOwn(DIALECTS, dialect))
      throw new TypeError(`unknown dialect "${dialect}"; known: ${Object.keys(DIALECTS).join(", ")}`);
    if (!(Number.isInteger(words) && words >= 1)) throw new TypeError("words is a whole number from 1 up");
    for (const [key, value] of Object.entries({ keepCalls, latencyMs, chunkDelayMs })) {
      if (!(typeof value === "number" && value >= 0)) throw new TypeError(`${key} is a number from 0 up`);
    }
    if (continues !== undefined && typeof continues !== "boolean") throw new TypeError("continues is true or false");
    checkQuirks(this.#options.quirks);
    this.#dialectOf = DIALECTS[dialect];
    this.#journal = new Journal(keepCalls, now);
    this.reset();
  }

  get name() {
    return this.#options.name;
  }

  get calls() {
    return this.#journal.calls;
  }

  get open() {
    return this.#journal.open;
  }

  reset() {
    const { faults } = this.#options;
    this.#journal.clear();
    this.#faults.clear();
    if (Array.isArray(faults)) this.#faults.enqueue(faults);
    else this.#faults.setStanding(faults);
  }

  /** @param {import("./index.js").FaultChoice[]} faults */
  script(...faults) {
    this.#faults.enqueue(faults);
  }

  /** @param {import("./index.js").FaultChoice | readonly import("./index.js").FaultChoice[]} [faults] */
  setFaults(faults) {
    this.#faults.setStanding(faults);
  }

  release(count = 1) {
    this.#gates.open(count);
  }

  /** @param {(provider: FakeProvider) => unknown} holds */
  when(holds) {
    return this.#journal.when(() => holds(this));
  }

  /** @param {RequestInfo | URL} input @param {RequestInit} [init] */
  fetch = async (input, init) => {
    const read = readRequest(input, init);
    let request = read instanceof Promise ? await read : read;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const { response, redirectTo } = await this.#exchange(request);
      if (response) return response;
      request = redirectedRequest(request, redirectTo.status, redirectTo.location);
    }
    throw new TypeError("fetch failed", { cause: new Error("redirect count exceeded") });
  };

  /**
   * One request and its response, or where the caller's fetch would go next.
   * @param {ProviderRequest} request
   * @returns {Promise<Ending>}
   */
  async #exchange(request) {
    const { signal } = request;
    // A fetch whose signal has already fired sends nothing.
    signal?.throwIfAborted();
    const exchange = this.#journal.begin(request);
    const { call } = exchange;
    try {
      const { latencyMs, chunkDelayMs } = this.#options;
      call.fault = this.#faults.next(call);
      const fault = { latencyMs, chunkDelayMs, ...call.fault };
      const dialect = this.#dialectOf(call);
      const id = requestId(call, this.#options);
      /** @type {import("./faults/index.js").Circumstances["errorBody"]} */
      const errorBody = (status, fields) => dialect.errorBody(status, fields, id);
      const circumstances = { fault, errorBody, stream: dialect.stream, sleep: this.#options.sleep, signal };
      await unlessAborted(connectThrough(circumstances), signal);
      const reply = bendReply(await unlessAborted(dialect.reply(call, this.#options), signal), circumstances);
      call.status = reply.status;

      const { location } = reply.headers;
      if (REDIRECTS.has(reply.status) && location !== undefined && request.redirect !== "manual") {
        exchange.end("finished");
        if (request.redirect === "error") throw new TypeError("fetch failed", { cause: new Error("unexpected redirect") });
        return { redirectTo: { status: reply.status, location } };
      }
      const { status, headers } = reply;
      if (WITHOUT_BODY.has(status)) {
        exchange.end("finished");
        return { response: new Response(null, { status, headers }) };
      }
      const steps = bendBody(bodySteps(reply), reply, circumstances);
      const gate = fault.drip ? this.#gates.next(exchange) : undefined;
      const body = bodyStream(steps, { exchange, chunkDelayMs: fault.chunkDelayMs, sleep: this.#options.sleep, gate });
      return { response: new Response(body, { status, headers }) };
    } catch (error) {
      exchange.end("failed");
      throw error;
    }
  }
}
