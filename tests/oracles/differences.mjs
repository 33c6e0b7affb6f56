/**
 * Where we differ from Anthropic's client on purpose, and what that client has to be given so that both can be compared.
 *
 * Not listed by name, since it holds everywhere: what a server's tool was asked and answered (`server_tool_use`,
 * `mcp_tool_use`, `…_tool_result`) and what a compaction says are blocks of the message, but no tool calls and no text
 * of the answer, for the caller has nothing to do about them.
 */

import { decode, encode } from "../js/support/upstream.js";
import { eventsIn } from "./readings.mjs";
import { messageOf, readingOf } from "./sdk.mjs";

/**
 * Arguments that are no JSON, since the model ran out of tokens or made a mistake. The client guesses the rest of the
 * one, and refuses the whole message for the other; we hand on the text as it came, as OpenAI's own interface does.
 */
const BROKEN_ARGUMENTS = ["fixture incomplete_partial_json", "fixture tool_use_invalid_json"];

export const hasBrokenArguments = ({ name }) => BROKEN_ARGUMENTS.includes(name);

const isArguments = (data) => JSON.parse(data).delta?.type === "input_json_delta";

/** The stream without the arguments of its tool call, and these as they came. */
function withoutArguments(exchange) {
  const events = eventsIn(decode(closed(exchange).bytes));
  const named = (data) => `event: ${JSON.parse(data).type}\ndata: ${data}\n\n`;
  const kept = events.filter((data) => !isArguments(data)).map(named);
  const text = events.filter(isArguments).map((data) => JSON.parse(data).delta.partial_json);
  return { exchange: { ...exchange, bytes: encode(kept.join("")) }, text: text.join("") };
}

/**
 * A stream that tells that another model answers in place of the first. The client puts the new name on the message; our
 * first chunk, which has the first one's, has been read by then.
 */
export const answersForAnother = ({ name }) => name === "fixture fallback";

/**
 * Streams that end right after the data of their last event. The client drops an event that no blank line ends, and so
 * the message with it; we take it, since all of it was said.
 */
export function closed(exchange) {
  const text = decode(exchange.bytes);
  return !exchange.isStream || text.endsWith("\n\n") ? exchange : { ...exchange, bytes: encode(`${text.trimEnd()}\n\n`) };
}

/** What the router should make of an exchange. */
export async function expectedOf(exchange) {
  if (!hasBrokenArguments(exchange)) return readingOf(await messageOf(closed(exchange)));
  const { exchange: rest, text } = withoutArguments(exchange);
  const reading = readingOf(await messageOf(rest));
  const [call] = reading.toolCalls;
  return { ...reading, toolCalls: [{ ...call, arguments: text }] };
}
