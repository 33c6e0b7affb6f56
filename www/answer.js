/** One question and its answer on the page: the words as they come, then how they came about. */

import { LIVE_BREAKS } from "./breaks.js";
import { h, say } from "./element.js";
import { attemptLines, failure, running, summary } from "./words.js";

const NEAR_END_PX = 48;

/** The buttons that break a provider in the middle of a stream. @param {(how: any) => void} onBreak */
export const liveButtons = (onBreak) =>
  LIVE_BREAKS.map(({ how, label }) => h("button.break", { type: "button", "data-how": how, onclick: () => onBreak(how) }, label));

/** Where one model's words end and another's begin. It has no text: the answer reads on over it. @param {string} model */
function seam(model) {
  const said = `From here on ${model}`;
  return h("span.seam", { role: "img", title: said, "aria-label": said });
}

export class AnswerView {
  #text = h("p.text");
  #outcome = h("p.outcome", {}, "Asking…");
  #live = h("div.live", { role: "group", "aria-label": "Break the provider that is answering", hidden: true });
  #attempts = h("ol.attempts", { "aria-label": "Attempts" });
  /** A reader hears the answer once it is whole, and not word by word. */
  #article = h("article.answer", { "aria-busy": "true", "data-state": "asking" }, this.#text, this.#outcome, this.#live, this.#attempts);

  #log;

  /** Whose words there were. @type {import("./words.js").Begun} */
  begun = new Map();

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
      this.#live.replaceChildren(...liveButtons(onBreak));
      this.#live.hidden = false;
      this.#runs("start", stream, stream.meta.attempts.length - 1);
    });
  }

  /** From here on another attempt answers. @param {any} stream @param {import("../js/index.js").StreamMarker} marker */
  resumes(stream, { event, model_used, attempt }) {
    this.#change(() => {
      if (event === "restart") this.#text.replaceChildren();
      else this.#text.append(seam(model_used));
      this.#runs(event, stream, attempt);
    });
  }

  #runs(how, { model_used, meta }, attempt) {
    this.begun.set(attempt, how);
    say(this.#outcome, running(how, model_used));
    this.#tell(meta.attempts, true);
  }

  append(words) {
    if (words) this.#change(() => this.#text.append(words));
  }

  /** @param {any} meta @param {string} model */
  complete(meta, model) {
    this.#end("complete", summary(meta, this.begun, model), meta.attempts);
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
      this.#tell(attempts);
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

  #tell(attempts, isRunning = false) {
    const lines = attemptLines(attempts, this.begun, isRunning).map(({ model, deed, then, isFailed }) =>
      h("li", { className: isFailed ? "is-failed" : "" }, h("b", {}, model), ` ${deed}`, then ? ` → ${then}.` : "."),
    );
    this.#attempts.replaceChildren(...lines);
  }
}
