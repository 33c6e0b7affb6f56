/**
 * Tools: which one the fake model calls and with what, and which offers the API refuses.
 */

import { exampleOf } from "../schema.js";

const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

/** The types of tools that the provider runs itself end with their date. */
const SERVER_TOOL = /_\d{8}$/;

const CHOICES = ["auto", "any", "tool", "none"];

/** Whether the caller runs the tool. @param {any} tool */
const isCustom = ({ type }) => type == null || type === "custom";

/**
 * The tool that this request makes the model call, or none: no tools, tools switched off, or their result already there.
 * @param {any} request
 * @returns {any | undefined}
 */
export function chosenTool({ tools, tool_choice: choice, messages }) {
  const offered = (tools ?? []).filter(isCustom);
  const last = messages.at(-1).content;
  const isAnswered = Array.isArray(last) && last.at(-1)?.type === "tool_result";
  if (offered.length === 0 || choice?.type === "none" || isAnswered) return undefined;
  return choice?.type === "tool" ? offered.find(({ name }) => name === choice.name) : offered[0];
}

/**
 * @param {any} tool
 * @param {string} id
 * @param {string} text what free texts in the arguments are
 */
export function toolUse({ name, input_schema: schema }, id, text) {
  return { type: "tool_use", id, name, input: exampleOf(schema, text), caller: { type: "direct" } };
}

/**
 * What is wrong with the tools that a request offers.
 * @param {any} request
 * @returns {Generator<string, void>}
 */
export function* toolMistakes({ tools, tool_choice: choice }) {
  if (tools != null && !Array.isArray(tools)) yield "tools: Input should be a valid list";
  const offered = tools ?? [];
  for (const [index, tool] of offered.entries()) yield* offerMistakes(tool, `tools.${index}`);
  if (new Set(offered.map((/** @type {any} */ { name }) => name)).size < offered.length)
    yield "tools: Tool names must be unique.";
  if (choice == null) return;
  const { type, name } = choice;
  if (!CHOICES.includes(type))
    yield `tool_choice: Input tag '${type}' found using 'type' does not match any of the expected tags`;
  if (offered.length === 0) yield "tool_choice: may only be specified while providing tools";
  if (type === "tool" && !offered.some((/** @type {any} */ one) => one.name === name))
    yield `Tool '${name}' not found in provided tools`;
  if (type === "none" && "disable_parallel_tool_use" in choice)
    yield "tool_choice.none.disable_parallel_tool_use: Extra inputs are not permitted";
}

/** @param {any} tool @param {string} at @returns {Generator<string, void>} */
function* offerMistakes(tool, at) {
  if (typeof tool !== "object" || tool === null) return yield `${at}: Input should be an object`;
  const { type, name, input_schema: schema } = tool;
  if (!isCustom(tool)) {
    if (!SERVER_TOOL.test(type)) yield `${at}: Input tag '${type}' found using 'type' does not match any of the expected tags`;
    return;
  }
  if (name === undefined) yield `${at}.custom.name: Field required`;
  if (!NAME.test(name)) yield `${at}.custom.name: String should match pattern '${NAME.source}'`;
  if (schema == null) yield `${at}.custom.input_schema: Field required`;
  if (schema.type === undefined) yield `${at}.custom.input_schema.type: Field required`;
  if (schema.type !== "object") yield `${at}.custom.input_schema.type: Input should be 'object'`;
}
