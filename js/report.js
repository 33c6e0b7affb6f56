// Everything that is told of a call: read out of the core at once, in numbers, and put into words when somebody looks.

import { amount } from "./costs.js";

/** Where the numbers stand that are of the call itself; src/wasm/record.rs tells what each is. */
const NUMBER = 0;
const RETRIES = 1;
const FALLBACKS = 2;
const ANSWERING = 3;
const SKIPPED = 4;
const PROMPT = 5;
const COMPLETION = 6;
const TOTAL = 7;
const CACHED = 8;
const REASONING = 9;
const IS_USAGE_ESTIMATED = 10;
const COST = 11;
const UNPRICED = 12;
const ESTIMATED = 13;
const SENDS = 14;
const PARTS = 15;
const COUNTS = 16;
const OF_CALL = 17;

/** And those of each send, behind them. */
const DEPLOYMENT = 0;
const STATUS = 1;
const FAULT = 2;
const MS = 3;
const FIRST_MS = 4;
const START_MS = 5;
const SEND_COST = 6;
const IS_ESTIMATED = 7;
const OF_SEND = 8;

/** The metadata of one call, as far as it has come when this is made. Most callers look at little of it, or at nothing. */
export class Report {
  #numbers;
  #names;
  #prefix;
  /** What was public of the deployment of each send. @type {any[]} */
  #sends;
  /** What went wrong with each send that failed, in words. @type {string[] | undefined} */
  #messages;
  /** Events that did not parse, beside those that the core has counted. */
  #skipped;

  /**
   * @param {import("./hub.js").Hub} hub
   * @param {import("./drive.js").Call} call which the core must still know
   */
  constructor(hub, call) {
    const { core, id, sends, plan } = call;
    const length = core.coreRecord(id);
    const numbers = hub.window.list(core.coreRowsAt(), length);
    this.#numbers = numbers;
    this.#names = hub.names;
    this.#sends = sends;
    this.#skipped = call.skippedEvents;
    this.#prefix = hub.prefix();
    // Of what came over `fetch` only others are told.
    this.requested_model = plan.model ?? (plan.keeps || hub.callbacks ? core.coreRequested(id) : null);
    this.decision = plan.explains ? hub.decision(call) : undefined;
    this.trial = hub.isKeyed ? core.coreTrial(id) : undefined;
    let first = null;
    for (let index = 0; index < numbers[SENDS]; index += 1) {
      // Of a send that could not be made it is what is public now.
      sends[index] ??= hub.publicNow(this.#of(index, DEPLOYMENT));
      if (this.#of(index, FAULT) !== 0) (this.#messages ??= [])[index] = core.coreAttemptMessage(id, index);
      if (first === null && this.#of(index, FIRST_MS) >= 0) first = this.#of(index, FIRST_MS);
    }
    this.latency = { total_ms: hub.now() - plan.started, first_token_ms: first };
  }

  /** @param {number} index of a send @param {number} which number */
  #of(index, which) {
    return this.#numbers[OF_CALL + OF_SEND * index + which];
  }

  get call_id() {
    return this.#prefix + this.#numbers[NUMBER];
  }

  /** What was public of the deployment that answered, or was asked last; `null` if nobody was. */
  get deployment() {
    return this.#sends[this.answering] ?? null;
  }

  get answering() {
    return this.#numbers[ANSWERING];
  }

  get attempted_retries() {
    return this.#numbers[RETRIES];
  }

  get attempted_fallbacks() {
    return this.#numbers[FALLBACKS];
  }

  /** Every send, in order. */
  get attempts() {
    return this.#each((index) => {
      const { id, model_used, group } = this.#sends[index];
      const fault = this.#of(index, FAULT);
      return {
        deployment: id,
        model_used,
        model_group: group,
        status: this.#of(index, STATUS) || null,
        error: fault === 0 ? null : this.#names.faults[fault],
        message: this.#messages?.[index] ?? null,
        ms: this.#of(index, MS),
        cost: amount(this.#of(index, SEND_COST)),
        cost_estimated: this.#of(index, IS_ESTIMATED) === 1,
      };
    });
  }

  /** When each send began and had content, in ms from the start of the call, and what is public of its deployment. */
  get times() {
    return this.#each((index) => ({ facts: this.#sends[index], start: this.#of(index, START_MS), first: this.#of(index, FIRST_MS) }));
  }

  /** Whose words the answer is made of. */
  get models_used() {
    const shown = this.#sends.filter((_, index) => this.#of(index, FIRST_MS) >= 0);
    return (shown.length > 0 ? shown : this.#sends.slice(this.answering, this.answering + 1)).map(({ model_used }) => model_used);
  }

  /** What the answer says it used; `null` if it does not say. */
  get usage() {
    const numbers = this.#numbers;
    if (numbers[PROMPT] < 0) return null;
    /** @type {Record<string, number>} */
    const counts = {
      prompt_tokens: numbers[PROMPT],
      completion_tokens: numbers[COMPLETION],
      total_tokens: numbers[TOTAL],
      cached_tokens: numbers[CACHED],
      reasoning_tokens: numbers[REASONING],
    };
    const at = numbers.length - 2 * numbers[COUNTS];
    for (let pair = at; pair < numbers.length; pair += 2) counts[this.#names.counts[numbers[pair]]] = numbers[pair + 1];
    return counts;
  }

  /** Is some of that an estimate? */
  get isUsageEstimated() {
    return this.#numbers[IS_USAGE_ESTIMATED] === 1;
  }

  get response_cost() {
    return amount(this.#numbers[COST]);
  }

  get response_cost_parts() {
    const numbers = this.#numbers;
    if (this.response_cost === null) return null;
    /** @type {Record<string, number>} */
    const parts = {};
    const at = OF_CALL + OF_SEND * numbers[SENDS];
    for (let pair = at; pair < at + 2 * numbers[PARTS]; pair += 2) parts[this.#names.costs[numbers[pair]]] = numbers[pair + 1];
    return parts;
  }

  get estimated_cost() {
    return this.response_cost === null ? null : this.#numbers[ESTIMATED];
  }

  get unpriced_attempts() {
    return this.#numbers[UNPRICED];
  }

  get skipped_events() {
    return this.#skipped + this.#numbers[SKIPPED];
  }

  /** @template T @param {(index: number) => T} look @returns {T[]} */
  #each(look) {
    return Array.from({ length: this.#numbers[SENDS] }, (_, index) => look(index));
  }
}
