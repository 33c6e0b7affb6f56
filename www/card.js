/** One deployment on the page: how it is, how much it has answered, and the switches that break its fake. */

import { liveButtons } from "./answer.js";
import { BREAKS } from "./breaks.js";
import { h, say } from "./element.js";

/**
 * How a deployment is, as a name for the style sheet and a word for people. What the fake is doing comes from the fake;
 * everything else from the router: benches from its events, failures from the attempts of its answers.
 */
function stateOf({ waiting, streams }, { bench, last, now }) {
  if (streams.size > 0) return { name: "answering", word: "answering now" };
  if (waiting > 0) return { name: "asked", word: "being asked" };
  if (bench !== undefined && bench > now) return { name: "benched", word: `benched for ${Math.ceil((bench - now) / 1000)} s` };
  if (bench !== undefined) return { name: "trial", word: "bench over, on trial" };
  if (last === undefined) return { name: "unknown", word: "not asked yet" };
  return last.isFailed ? { name: "failed", word: "failed last time" } : { name: "well", word: "well" };
}

export class Card {
  #provider;
  #session;
  #state = h("span.state");
  #last = h("p.last");
  #count = h("span.count");
  #bar = h("div.bar", { "aria-hidden": "true" }, h("span"));
  #weight;
  #live;

  /** @param {any} provider @param {import("./session.js").Session} session @param {(id: string, weight: number) => void} onWeight */
  constructor(provider, session, onWeight) {
    this.#provider = provider;
    this.#session = session;
    const { id, model } = provider;
    this.#weight = h("input", { type: "number", min: "0", step: "1", value: session.settings.weights[id], "aria-label": `Weight of ${model}` });
    this.#weight.addEventListener("change", () => onWeight(id, this.#weight.valueAsNumber));
    this.#live = liveButtons((how) => provider.breakNow(how));
    this.element = h("li.card", { "data-id": id },
      h("div.head", {}, h("h3", {}, model), this.#state),
      h("div.tally", {}, this.#bar, this.#count, h("label.weight", {}, "weight ", this.#weight)),
      this.#last,
      h("fieldset.chips", {}, h("legend", {}, "From its next call on, it"), ...BREAKS.map((one) => this.#chip(one))),
      h("div.live", { role: "group", "aria-label": `Break ${model} while it streams` }, h("span.legend", {}, "While it streams"), ...this.#live),
    );
  }

  #chip({ id, label }) {
    const provider = this.#provider;
    const choose = () => {
      provider.broken = id;
      this.show();
    };
    const input = h("input", { type: "radio", name: `break-${provider.id}`, value: id, checked: id === provider.broken, onchange: choose });
    return h("label.chip", {}, input, h("span", {}, label));
  }

  /** Shows how things are now. Answers whether that changes by itself, with time. */
  show(now = Date.now()) {
    const { answered, last, benches, settings } = this.#session;
    const { id, broken, streams } = this.#provider;
    const latest = last.get(id);
    const bench = benches.get(id);
    const { name, word } = stateOf(this.#provider, { bench, last: latest, now });
    this.element.dataset.state = name;
    this.element.dataset.broken = String(broken !== "works");
    say(this.#state, word);
    say(this.#last, latest?.isFailed ? `Last time it ${latest.deed}.` : "");

    const whole = [...answered.values()].reduce((sum, count) => sum + count, 0);
    const own = answered.get(id) ?? 0;
    const weights = Object.values(settings.weights).reduce((sum, weight) => sum + weight, 0);
    const share = (part, of) => (of > 0 ? Math.round((part / of) * 100) : 0);
    this.#bar.style.setProperty("--share", `${share(own, whole)}%`);
    this.#bar.style.setProperty("--expected", `${share(settings.weights[id], weights)}%`);
    say(this.#count, whole > 0 ? `${own} answered, ${share(own, whole)} %` : "none answered");
    for (const button of this.#live) button.disabled = streams.size === 0;
    return bench !== undefined && bench > now;
  }
}
