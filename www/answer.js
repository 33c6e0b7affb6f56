/** One question and its answer on the page: the words as they come, then how they came about. */

import { LIVE_BREAKS } from "./breaks.js";
import { h, say } from "./element.js";
import { attemptLines, failure, summary } from "./words.js";

const NEAR_END_PX = 48;

/** The buttons that break a provider in the middle of a stream. @param {(how: any) => void} onBreak */
export const liveButtons = (onBreak) =>
  LIVE_BREAKS.map(({ how, label }) => h("button.break", { type: "button", "data-how": how, onclick: () => onBreak(how) }, label));

export class AnswerView {
  #text = h("p.text");
  #outcome = h("p.outcome", {}, "Asking…");
  #live = h("div.live", { role: "group", "aria-label": "Break the provider that is answering", hidden: true });
  #attempts = h("ol.attempts", { "aria-label": "Attempts" });
  /** A reader hears the answer once it is whole, and not word by word. */
  #article = h("article.answer", { "aria-busy": "true", "data-state": "asking" }, this.#text, this.#outcome, this.#live, this.#attempts);

  #log;

  /** @param {HTMLElement} log @param {string} question */
  constructor(log, question) {
    this.#log = log;
    log.append(h("p.question", {}, question), this.#article);
    log.scrollTop = log.scrollHeight;
  }

  get hasBegun() {
    return this.#text.textContent !== "";
  }

  get text() {
    return this.#text.textContent;
  }

  /** Content is there, and more to come. @param {any} stream @param {(how: any) => void} onBreak */
  streams(stream, onBreak) {
    this.#change(() => {
      this.#state("streaming");
      say(this.#outcome, `${stream.model_used} is answering. Break it:`);
      this.#live.replaceChildren(...liveButtons(onBreak));
      this.#live.hidden = false;
      this.#tell(stream.meta.attempts, false);
    });
  }

  append(words) {
    if (words) this.#change(() => this.#text.append(words));
  }

  /** @param {any} meta @param {string} model */
  complete(meta, model) {
    this.#end("complete", summary(meta, model), meta.attempts);
  }

  /** @param {any} error */
  failed(error) {
    const state = error.name === "AbortError" ? "stopped" : "broken";
    this.#end(state, failure(error, this.hasBegun), error.attempts ?? []);
  }

  #end(state, words, attempts) {
    this.#change(() => {
      this.#live.hidden = true;
      say(this.#outcome, words);
      this.#tell(attempts, this.hasBegun);
      this.#state(state);
    });
    this.#article.setAttribute("aria-busy", "false");
  }

  /** Changes the answer; who reads at the end of the log stays there. */
  #change(change) {
    const log = this.#log;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
    change();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }

  #state(state) {
    this.#article.dataset.state = state;
  }

  #tell(attempts, hasBegun) {
    const isRunning = this.#article.dataset.state === "streaming" && !hasBegun;
    const lines = attemptLines(attempts, hasBegun).map(({ model, deed, then, isFailed }, index) => {
      const isLast = index === attempts.length - 1;
      const said = isRunning && isLast ? "is answering" : deed;
      return h("li", { className: isFailed ? "is-failed" : "" }, h("b", {}, model), ` ${said}`, then ? ` → ${then}.` : ".");
    });
    this.#attempts.replaceChildren(...lines);
  }
}
