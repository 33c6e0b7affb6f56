// A whole answer as the content parts of the AI SDK.

import { citationsOf, finishOf } from "./told.js";

/** Members of a tool call that every one has; what a provider adds comes back with the next request. */
export function addedTo({ id, type, index, function: named, ...added }) {
  return Object.keys(added).length > 0 ? { providerMetadata: { switchman: added } } : undefined;
}

/** What a block of thinking needs to be sent again: all but its text, which is the part's. */
export function replayable({ thinking, ...rest }) {
  return { providerMetadata: { switchman: { thinking_block: rest } } };
}

/** A provider that gives its calls no ids. */
export const callId = (call, answer, index) => call.id || `${answer.id ?? "call"}-${index}`;

/** @param {any} answer */
export function contentOf(answer) {
  const choice = answer.choices.find(({ index }) => (index ?? 0) === 0) ?? answer.choices[0];
  if (!choice) return { content: [], finishReason: finishOf(undefined, false) };
  const { message } = choice;
  /** @type {any[]} */
  const content = [...reasoning(message)];
  const citations = citationsOf(message.annotations, `${answer.id ?? "source"}`);
  for (const text of texts(message.content)) {
    content.push({ type: "text", text, ...(citations.length > 0 && { citations }) });
  }
  if (message.refusal) content.push({ type: "text", text: message.refusal });
  content.push(...citations.map(({ source }) => source), ...files(message.images));
  (message.tool_calls ?? []).forEach((call, index) => {
    if (!call.function) return;
    const { name: toolName, arguments: input } = call.function;
    content.push({ type: "tool-call", toolCallId: callId(call, answer, index), toolName, input: input || "{}", ...addedTo(call) });
  });
  const more = choice.logprobs ? { logprobs: choice.logprobs } : undefined;
  return { content, finishReason: finishOf(choice.finish_reason, Boolean(message.refusal)), more };
}

/** Blocks that can be sent again, where there are any; they hold the text as well. */
function* reasoning(message) {
  const blocks = message.thinking_blocks ?? [];
  for (const block of blocks) yield { type: "reasoning", text: block.thinking ?? "", ...replayable(block) };
  const text = message.reasoning_content ?? message.reasoning;
  if (blocks.length === 0 && typeof text === "string" && text !== "") yield { type: "reasoning", text };
}

function texts(content) {
  if (typeof content === "string") return content === "" ? [] : [content];
  const parts = Array.isArray(content) ? content : [];
  return parts.filter(({ type, text }) => type === "text" && typeof text === "string" && text !== "").map(({ text }) => text);
}

/** Pictures that a model made, as data URIs. */
export function files(images) {
  const made = [];
  for (const image of Array.isArray(images) ? images : []) {
    const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(image?.image_url?.url ?? "") ?? [];
    if (data !== undefined) made.push({ type: "file", mediaType, data: { type: "data", data } });
  }
  return made;
}
