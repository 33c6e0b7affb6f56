/** What the fakes say. Long enough to be broken on the way. */

import { DEPLOYMENTS } from "./deployments.js";

export const PROMPTS = ["What does a switchman do?", "What happens when you fail half-way?", "Who are you?"];

const SWITCHMAN =
  "A switchman stands where the tracks part and sets the points. When the line ahead is blocked, the train is sent over another one " +
  "before it has to stop. The passengers notice a jolt at most. A router for language models does the same with requests: " +
  "each group of models is a junction, and a call that fails on one track is set on the next.";

const HALF_WAY =
  "Before my first word nobody has seen anything of me, so the router may quietly ask somebody else instead. After it, you have read " +
  "a part of my answer, and another model would tell another story. So the router does not pretend: unless it was told to start " +
  "again or to go on, the stream ends with an error that says what happened, and never as if it were complete.";

const about = (model) =>
  `I am a fake that answers in the place of ${model}. I run inside this page, as the router does, and nothing that you type leaves it. ` +
  "Every word of mine was written beforehand. What is real is the way to me: the choice, the failures, the retries and the time they take " +
  "are the router's own work, the same that it does in front of a provider.";

/** A dialect may send a text in parts. */
const textOf = (content) => (typeof content === "string" ? content : (content?.map(({ text }) => text).join(" ") ?? ""));

/**
 * The whole answer, also where its beginning stands in the request: what is left of it is for the fake to find.
 * @param {any} request the body as it reached the fake
 * @param {string} model
 */
export function replyTo({ messages }, model) {
  const last = messages?.at(-1);
  const begun = last?.role === "assistant" ? textOf(last.content) : "";
  const question = textOf(messages?.findLast(({ role }) => role === "user")?.content);
  if (/switchman|router/i.test(question)) return SWITCHMAN;
  if (/half|fail|break|cut|stream/i.test(question)) return HALF_WAY;
  // Who goes on from "I am" stays with the name that was given.
  const names = [model, ...DEPLOYMENTS.map((one) => one.model)];
  return names.map(about).find((text) => text.startsWith(begun)) ?? about(model);
}
