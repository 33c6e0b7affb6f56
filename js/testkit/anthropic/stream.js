/**
 * A message as Anthropic streams it: named events, one block after the other.
 */

import { dataOf } from "../reply.js";
import { pieces } from "../text.js";

/** Arguments are streamed in fragments of so many characters. */
const FRAGMENT_LENGTH = 8;

/** @typedef {Record<string, any> & { type: string }} Block */

/**
 * A value as an event: an object under the name that its type is; text as it is, without a name.
 * @param {string | object} value
 * @returns {import("../reply.js").StreamEvent}
 */
function event(value) {
  const name = typeof value === "object" && "type" in value ? value.type : undefined;
  return { data: dataOf(value), ...(typeof name === "string" && { name }) };
}

const PING = event({ type: "ping" });

/** @type {import("../dialect.js").StreamFormat} */
export const stream = {
  event,
  errorStatus: 529,
  ping: PING,
  broken: { name: "content_block_delta", data: '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","te' },
  isTerminator: (event) => "name" in event && event.name === "message_stop",
};

/** How a block begins, and in which pieces the rest of it comes. @type {Record<string, (block: Block) => [Block, Block[]]>} */
const IN_PIECES = {
  text: (block) => [{ ...block, text: "" }, pieces(block.text).map((text) => ({ type: "text_delta", text }))],
  thinking: ({ type, thinking, signature }) => [
    { type, thinking: "", signature: "" },
    [...pieces(thinking).map((piece) => ({ type: "thinking_delta", thinking: piece })), { type: "signature_delta", signature }],
  ],
  tool_use: (block) => [
    { ...block, input: {} },
    ["", ...fragments(block.input)].map((json) => ({ type: "input_json_delta", partial_json: json })),
  ],
};

/**
 * The stream's events; the usage only if the message tells it.
 * @param {any} message whole
 * @returns {{ events: import("../reply.js").StreamEvent[], contentAt: number }} `contentAt` is the first delta's place
 */
export function eventsOf({ content, usage, stop_reason: reason, stop_sequence: sequence, ...head }) {
  const started = { ...head, content: [], stop_reason: null, stop_sequence: null, ...(usage && { usage: atStart(usage) }) };
  const ended = { stop_reason: reason, stop_sequence: sequence, stop_details: null, container: null };
  const values = [
    { type: "message_start", message: started },
    ...content.flatMap(blockEvents),
    { type: "message_delta", delta: ended, ...(usage && { usage: soFar(usage) }) },
    { type: "message_stop" },
  ];
  const events = values.map(event);
  // Where the real one has its first: after the first event that opens something.
  events.splice(content.length > 0 ? 2 : 1, 0, PING);
  return { events, contentAt: content.length > 0 ? 3 : 0 };
}

/** @param {Block} block @param {number} index */
function blockEvents(block, index) {
  const [start, deltas] = IN_PIECES[block.type](block);
  return [
    { type: "content_block_start", index, content_block: start },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

/** @param {object} input */
function fragments(input) {
  const characters = [...JSON.stringify(input)];
  return Array.from({ length: Math.ceil(characters.length / FRAGMENT_LENGTH) }, (_, index) =>
    characters.slice(index * FRAGMENT_LENGTH, (index + 1) * FRAGMENT_LENGTH).join(""),
  );
}

/** The input is known when a message starts, of the output one token. @param {any} usage */
function atStart({ output_tokens: output, output_tokens_details: _, ...rest }) {
  return { ...rest, ...(output !== undefined && { output_tokens: Math.min(output, 1) }) };
}

/** What the last event repeats and completes: the sums, from the start of the message. @param {any} usage */
function soFar({ cache_creation: _, service_tier: __, inference_geo: ___, speed: ____, ...sums }) {
  return sums;
}
