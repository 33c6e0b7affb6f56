/**
 * Tool calls: which tool the fake model calls, and with which arguments.
 */

import { exampleOf } from "../schema.js";

/** Arguments are streamed in fragments of so many characters. */
const FRAGMENT_LENGTH = 8;

/**
 * The tool that this request makes the model call, or none: no tools, tools switched off, or their result already there.
 * @param {any} request
 * @returns {any | undefined}
 * @throws {RangeError} where `tool_choice` names a tool that is not offered
 */
export function chosenTool({ tools, tool_choice: choice, messages }) {
  if (!Array.isArray(tools) || tools.length === 0 || choice === "none" || messages.at(-1)?.role === "tool") return undefined;
  const allowed = choice?.type === "allowed_tools" ? choice.allowed_tools?.tools?.[0] : choice;
  if (typeof allowed !== "object" || allowed === null) return tools[0];
  const tool = tools.find((one) => one.type === allowed.type && nameOf(one) === nameOf(allowed));
  if (!tool) throw new RangeError(`Tool choice '${nameOf(allowed)}' not found in 'tools' parameter.`);
  return tool;
}

/**
 * The call as it stands in a whole message.
 * @param {any} tool
 * @param {string} id
 * @param {string} text what free texts in the arguments are
 */
export function toolCall(tool, id, text) {
  if (tool.type === "custom") return { id, type: "custom", custom: { name: nameOf(tool), input: text } };
  const args = exampleOf(tool.function.parameters ?? { type: "object" }, text);
  return { id, type: "function", function: { name: nameOf(tool), arguments: JSON.stringify(args) } };
}

/**
 * The same call as fragments of a stream: first its identity with nothing in it, then its content piece by piece.
 * @param {any} call
 * @returns {object[]}
 */
export function toolCallFragments(call) {
  const { type } = call;
  const field = type === "custom" ? "input" : "arguments";
  const content = [...call[type][field]];
  const fragments = [{ index: 0, ...call, [type]: { ...call[type], [field]: "" } }];
  for (let from = 0; from < content.length; from += FRAGMENT_LENGTH) {
    fragments.push({ index: 0, [type]: { [field]: content.slice(from, from + FRAGMENT_LENGTH).join("") } });
  }
  return fragments;
}

/** @param {any} tool */
const nameOf = (tool) => tool?.[tool.type]?.name;
