/** The fake providers of the page, and the network between them and the router: one function. */

import { BREAKS, HEAD_WORDS } from "./breaks.js";
import { DEPLOYMENTS, dialectOf } from "./deployments.js";
import { fakeProvider } from "./lib/js/testkit/index.js";
import { LiveBody } from "./live.js";
import { replyTo } from "./replies.js";

/** How fast all fakes are; may change while they answer. */
export const pace = { msPerWord: 60 };

/** Waits so many words long; rejects with the signal's reason when it fires. */
function pause(words, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, words * pace.msPerWord);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

/** One fake, its switches, and what it is doing. */
class Provider {
  /** Which of the breaks holds from the next call on. */
  broken = "works";
  /** Requests without a response head. */
  waiting = 0;
  /** Streams that can still be broken. @type {Set<LiveBody>} */
  streams = new Set();
  /** Called when what it is doing has changed. */
  onChange = () => {};
  #fake;
  #dialect;

  constructor(deployment) {
    this.id = deployment.id;
    this.model = deployment.model;
    this.#dialect = dialectOf(deployment);
    this.#fake = fakeProvider({
      name: deployment.id,
      dialect: this.#dialect,
      continues: true,
      keepCalls: 0,
      latencyMs: HEAD_WORDS,
      chunkDelayMs: 1,
      sleep: pause,
      reply: (call) => replyTo(call.body, deployment.model),
      faults: () => BREAKS.find(({ id }) => id === this.broken)?.fault,
    });
  }

  /** @type {typeof fetch} */
  fetch = async (input, init) => {
    this.#change(() => (this.waiting += 1));
    try {
      const response = await this.#fake.fetch(input, init);
      if (!response.headers.get("content-type")?.includes("event-stream")) return response;
      const onEnd = (stream) => this.#change(() => this.streams.delete(stream));
      const live = new LiveBody(response.body, { dialect: this.#dialect, signal: init?.signal, onEnd });
      this.streams.add(live);
      return new Response(live.stream, { status: response.status, headers: response.headers });
    } finally {
      this.#change(() => (this.waiting -= 1));
    }
  };

  /** Breaks everything that it is streaming now. @param {"cut" | "silence" | "errorEvent"} how */
  breakNow(how) {
    for (const stream of [...this.streams]) stream[how]();
  }

  #change(change) {
    change();
    this.onChange();
  }
}

export const providers = DEPLOYMENTS.map((deployment) => new Provider(deployment));

export const providerOf = (id) => providers.find((provider) => provider.id === id);

/** The router's `fetch`: it leads to the fakes and nowhere else. @type {import("../js/index.js").Fetch} */
export async function network(url, init) {
  const at = DEPLOYMENTS.findIndex(({ api_base }) => url.startsWith(`${api_base}/`));
  if (at < 0) throw new TypeError(`nobody lives at ${url}`);
  return providers[at].fetch(url, init);
}
