/**
 * The messages of a request: merged to turns as the API merges them, and what it refuses in them.
 */

import { signatureOf } from "./thinking.js";

/** @typedef {{ block: any, at: string }} Placed */
/** @typedef {{ role: string, blocks: Placed[] }} Turn */

const ROLES = ["user", "assistant", "system"];
const MESSAGE_FIELDS = ["role", "content"];
const TOOL_ID = /^[a-zA-Z0-9_-]+$/;
const IMAGES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/** Blocks by who may say them; those that report what the provider's own tools did are the assistant's. */
const OF_USER = ["text", "image", "document", "search_result", "tool_result", "container_upload"];
const OF_ASSISTANT = ["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "mcp_tool_use", "compaction"];
const SERVER_RESULT = /_tool_result$/;

/**
 * The text that the answer goes on from: that of a last message which is the assistant's own.
 * @param {any[]} messages
 * @returns {string}
 */
export function begunIn(messages) {
  const { role, content } = /** @type {any} */ (messages.at(-1));
  if (role !== "assistant") return "";
  return blocksOf(content)
    .map(({ text }) => text ?? "")
    .join("");
}

/**
 * @param {any} request
 * @param {boolean} isNew whether the version is one that takes no documents from the assistant
 * @returns {Generator<string, void>}
 */
export function* turnMistakes({ messages, system, tools }, isNew) {
  if (system != null) yield* textMistakes(system, "system");
  if (!Array.isArray(messages)) return yield "messages: Input should be a valid list";
  if (messages.length === 0) yield "messages: at least one message is required";
  for (const [index, message] of messages.entries()) yield* messageMistakes(message, index, messages.length, isNew);

  const turns = turnsOf(messages);
  if (turns[0]?.role !== "user") yield 'messages: first message must use the "user" role';
  const speaksOfTools = turns.some(({ blocks }) => blocks.some(({ block }) => /^tool_(use|result)$/.test(block.type)));
  if (speaksOfTools && !tools?.length)
    yield "Requests which have `tool_use` or `tool_result` blocks in messages must define tools.";
  yield* resultMistakes(turns);

  const last = turns.at(-1);
  const text = last?.role === "assistant" ? last.blocks.at(-1)?.block.text : undefined;
  if (text !== undefined && /\s$/.test(text)) yield "messages: final assistant content cannot end with trailing whitespace";
}

/** @param {any} message @param {number} index @param {number} count @param {boolean} isNew @returns {Generator<string, void>} */
function* messageMistakes(message, index, count, isNew) {
  const at = `messages.${index}`;
  if (typeof message !== "object" || message === null) return yield `${at}: Input should be an object`;
  const { role, content } = message;
  if (!ROLES.includes(role)) yield `messages: Unexpected role "${role}". The input role must be one of ${ROLES.join(", ")}.`;
  for (const name of Object.keys(message))
    if (!MESSAGE_FIELDS.includes(name)) yield `${at}.${name}: Extra inputs are not permitted`;
  if (content == null) yield `${at}.content: Field required`;
  if (typeof content !== "string" && !Array.isArray(content)) yield `${at}.content: Input should be a valid list`;
  const mayBeEmpty = role === "assistant" && index === count - 1;
  if (content.length === 0 && !mayBeEmpty)
    yield `${at}: all messages must have non-empty content except for the optional final assistant message`;
  if (typeof content === "string") return yield* textMistakes(content, at);
  for (const [place, block] of content.entries()) yield* blockMistakes(block, role, `${at}.content.${place}`, isNew);
}

/** @param {any} block @param {string} role @param {string} at @param {boolean} isNew @returns {Generator<string, void>} */
function* blockMistakes(block, role, at, isNew) {
  const type = block?.type;
  if (!mayHold(role, type, isNew)) yield `${at}: Input tag '${type}' found using 'type' does not match any of the expected tags`;
  if (type === "text") yield* textMistakes([block], at);
  if (type === "text" && isNew && role === "user" && block.citations?.length > 0)
    yield `${at}.text.citations: Extra inputs are not permitted`;
  if (type === "image" || type === "document") yield* sourceMistakes(block, `${at}.${type}.source`);
  if (type === "thinking" && block.signature !== signatureOf(block.thinking ?? ""))
    yield `${at}: Invalid \`signature\` in \`thinking\` block`;
  if (type === "tool_use") {
    const { id, name, input } = block;
    if (!TOOL_ID.test(id ?? "")) yield `${at}.tool_use.id: String should match pattern '${TOOL_ID.source}'`;
    if (typeof name !== "string") yield `${at}.tool_use.name: Field required`;
    if (typeof input !== "object" || input === null || Array.isArray(input))
      yield `${at}.tool_use.input: Input should be a valid dictionary`;
  }
  if (type === "tool_result" && Array.isArray(block.content)) {
    for (const [place, part] of block.content.entries())
      if (part?.type === "text") yield* textMistakes([part], `${at}.tool_result.content.${place}`);
  }
}

/** @param {string} role @param {string} type @param {boolean} isNew */
function mayHold(role, type, isNew) {
  if (role === "system") return type === "text";
  if (role === "user") return OF_USER.includes(type);
  return OF_ASSISTANT.includes(type) || SERVER_RESULT.test(type) || (type === "document" && !isNew);
}

/** @param {unknown} content text or text blocks @param {string} at @returns {Generator<string, void>} */
function* textMistakes(content, at) {
  if (typeof content !== "string" && !Array.isArray(content)) return yield `${at}: Input should be a valid list`;
  for (const block of blocksOf(content)) {
    const text = block?.text;
    if (block?.type !== "text" || typeof text !== "string") return yield `${at}.text: Input should be a valid string`;
    // A plain text may be empty: the system's counts as none, and of messages only a last one gets here.
    if (text === "" && typeof content !== "string") yield `${at}: text content blocks must be non-empty`;
    if (text !== "" && text.trim() === "") yield `${at}: text content blocks must contain non-whitespace text`;
  }
}

/** @param {any} block @param {string} at @returns {Generator<string, void>} */
function* sourceMistakes({ type, source }, at) {
  if (source == null) return yield `${at}: Field required`;
  const kinds = type === "image" ? ["base64", "url", "file"] : ["base64", "url", "file", "text", "content"];
  if (!kinds.includes(source.type)) yield `${at}: Input tag '${source.type}' does not match any of the expected tags`;
  if (source.type === "url" && !/^https?:/.test(source.url)) yield `${at}.url: Only HTTP and HTTPS URLs are supported.`;
  if (source.type !== "base64") return;
  const allowed = type === "image" ? IMAGES : ["application/pdf"];
  if (!allowed.includes(source.media_type)) yield `${at}.base64.media_type: Input should be '${allowed.join("', '")}'`;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(source.data ?? "")) yield `${at}.base64.data: Invalid base64 data`;
}

/**
 * Calls of tools and their results: each call is answered in the next turn, before anything else is said there.
 * @param {Turn[]} turns
 * @returns {Generator<string, void>}
 */
function* resultMistakes(turns) {
  const known = new Set();
  for (const [index, { role, blocks }] of turns.entries()) {
    const before = index > 0 ? usesOf(turns[index - 1]) : [];
    for (const { block, at } of blocks) {
      if (role === "user" && block.type === "tool_result" && !before.includes(block.tool_use_id))
        yield `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${block.tool_use_id}. ` +
          "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.";
    }
    if (role !== "assistant") continue;
    const uses = usesOf(turns[index]);
    if (uses.some((id) => known.has(id)) || new Set(uses).size < uses.length)
      yield `${blocks[0].at}: \`tool_use\` ids must be unique`;
    uses.forEach((id) => known.add(id));
    const answered = leadingResults(turns[index + 1]);
    const open = uses.filter((id) => !answered.includes(id));
    if (open.length > 0)
      yield `${blocks[0].at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. ` +
        "Each `tool_use` block must have a corresponding `tool_result` block in the next message.";
  }
}

/** @param {Turn} turn @returns {string[]} */
const usesOf = ({ blocks }) => blocks.filter(({ block }) => block.type === "tool_use").map(({ block }) => block.id);

/** The results with which a turn begins; one after a text does not count. @param {Turn | undefined} turn @returns {string[]} */
function leadingResults(turn) {
  const blocks = turn?.blocks ?? [];
  const others = blocks.findIndex(({ block }) => block.type !== "tool_result");
  return blocks.slice(0, others < 0 ? undefined : others).map(({ block }) => block.tool_use_id);
}

/**
 * Messages of the same role in a row are one turn. What the system says in between belongs to none.
 * @param {any[]} messages
 * @returns {Turn[]}
 */
function turnsOf(messages) {
  /** @type {Turn[]} */
  const turns = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (role === "system") continue;
    const blocks = blocksOf(content).map((block, place) => ({ block, at: `messages.${index}.content.${place}` }));
    const last = turns.at(-1);
    if (last && last.role === role) last.blocks.push(...blocks);
    else turns.push({ role, blocks });
  }
  return turns;
}

/** @param {string | any[]} content @returns {any[]} */
const blocksOf = (content) => (typeof content === "string" ? [{ type: "text", text: content }] : content);
