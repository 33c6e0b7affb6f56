/**
 * Thinking: what the fake model thinks, and the signature that its thoughts carry.
 */

import { hash, random } from "../random.js";

const SIGNATURE_BYTES = 48;
const MIN_BUDGET = 1024;

/** Whether the request lets the model think. @param {any} request */
export const isThinking = ({ thinking }) => thinking != null && thinking.type !== "disabled";

/**
 * @param {any} request
 * @param {string} name the provider's
 */
export function thinkingBlock({ thinking: { display } }, name) {
  const thinking = display === "omitted" ? "" : `The user wants to hear from ${name}, so that is what to say.`;
  return { type: "thinking", thinking, signature: signatureOf(thinking) };
}

/**
 * The signature of a thought. It depends on the text alone, so that fakes accept each other's thoughts, but no altered one.
 * @param {string} thinking
 * @returns {string}
 */
export function signatureOf(thinking) {
  const draw = random(hash(thinking));
  return btoa(String.fromCharCode(...Array.from({ length: SIGNATURE_BYTES }, () => Math.floor(draw() * 256))));
}

/**
 * What is wrong with the thinking that a request asks for.
 * @param {any} request
 * @returns {Generator<string, void>}
 */
export function* thinkingMistakes(request) {
  const { thinking, max_tokens: most, temperature, top_k: topK, tool_choice: choice, messages } = request;
  if (thinking == null) return;
  const { type, budget_tokens: budget } = thinking;
  if (!["enabled", "disabled", "adaptive", "between_tools"].includes(type))
    yield `thinking: Input tag '${type}' found using 'type' does not match any of the expected tags`;
  if (type === "enabled") {
    if (!Number.isInteger(budget)) yield "thinking.enabled.budget_tokens: Field required";
    if (budget < MIN_BUDGET) yield `thinking.enabled.budget_tokens: Input should be greater than or equal to ${MIN_BUDGET}`;
    if (most !== undefined && budget >= most) yield "`max_tokens` must be greater than `thinking.budget_tokens`";
  } else if (budget !== undefined) yield `thinking.${type}.budget_tokens: Extra inputs are not permitted`;
  if (!isThinking(request)) return;
  if (temperature != null && temperature !== 1) yield "`temperature` may only be set to 1 when thinking is enabled";
  if (topK != null) yield "`top_k` must be unset when thinking is enabled";
  if (choice?.type === "any" || choice?.type === "tool") yield "Thinking may not be enabled when tool_choice forces tool use";
  if (messages.at(-1).role === "assistant") yield "When thinking is enabled, the final message cannot be the assistant's";
}
