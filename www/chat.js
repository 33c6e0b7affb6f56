/** The chat: a question, a call, an answer that may break off. */

import { AnswerView } from "./answer.js";
import { byId, h } from "./element.js";
import { providerOf } from "./providers.js";
import { PROMPTS } from "./replies.js";

/** How many turns go along with a question. */
const KEPT_TURNS = 6;

/** @param {import("./session.js").Session} session */
export function showChat(session) {
  const [form, input, send, stop, log] = ["ask", "question", "send", "stop", "log"].map(byId);
  /** @type {{ role: string, content: string }[]} */
  let turns = [];
  /** @type {AbortController | undefined} */
  let running;

  const ask = async (question) => {
    if (running || question === "") return;
    const controller = new AbortController();
    running = controller;
    byId("welcome").hidden = true;
    send.hidden = true;
    stop.hidden = false;
    const view = new AnswerView(log, question);
    const messages = [...turns, { role: "user", content: question }];
    try {
      await answerInto(view, session, messages, controller.signal);
      turns = [...messages, { role: "assistant", content: view.text }].slice(-KEPT_TURNS);
    } catch (error) {
      session.gaveUp(error, view.begun);
      view.failed(error);
    } finally {
      running = undefined;
      const hadFocus = document.activeElement === stop;
      send.hidden = false;
      stop.hidden = true;
      if (hadFocus) send.focus();
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = input.value.trim();
    if (running || question === "") return;
    input.value = "";
    ask(question);
  });
  stop.addEventListener("click", () => running?.abort());
  const suggestions = PROMPTS.map((prompt) => h("li", {}, h("button", { type: "button", onclick: () => ask(prompt) }, prompt)));
  byId("prompts").append(...suggestions);
}

/** Throws the call's error, be it before the first word or after it. */
async function answerInto(view, session, messages, signal) {
  const { stream } = session.settings;
  const answer = await session.ask({ messages, stream }, { signal });
  if (!stream) {
    view.append(answer.choices[0].message.content);
    session.succeeded(answer._hidden_params);
    view.complete(answer._hidden_params, answer.model_used);
    return;
  }
  view.streams(answer, (how) => providerOf(answer.meta.model_id).breakNow(how));
  for await (const { choices, switchman } of answer) {
    if (switchman) view.resumes(answer, switchman);
    view.append(choices[0]?.delta?.content);
  }
  session.succeeded(answer.meta, view.begun);
  view.complete(answer.meta, answer.model_used);
}
