/**
 * What the tests of streams need to know of each dialect, and a reader of streams that is no part of the kit.
 */

import { fakeProvider } from "../index.js";
import { FACES, MESSAGES } from "./support.js";

export const VERSION = { "anthropic-version": "2023-06-01" };
export const MESSAGE = { model: "claude-haiku-4-5", max_tokens: 1024, messages: MESSAGES };

export const CONTENTS = { contents: [{ role: "user", parts: [{ text: MESSAGES[0].content }] }] };

/** Of each: where a chat goes, and how the blocks of a stream tell the text, the end and a failure. */
export const DIALECTS = {
  openai: {
    path: "/v1/chat/completions",
    headers: {},
    request: { model: "gpt-4o-mini", messages: MESSAGES },
    textIn: ({ data }) => (data === "[DONE]" ? "" : (JSON.parse(data).choices[0]?.delta.content ?? "")),
    wholeText: ({ choices }) => choices[0].message.content,
    isEnd: ({ data }) => data === "[DONE]",
    isPing: ({ comments }) => comments.includes("ping"),
    failure: { name: undefined, type: "server_error" },
    contentAt: 1,
  },
  anthropic: {
    path: "/v1/messages",
    headers: VERSION,
    request: MESSAGE,
    textIn: ({ data }) => JSON.parse(data).delta?.text ?? "",
    wholeText: ({ content }) => content.map(({ text }) => text).join(""),
    isEnd: ({ name }) => name === "message_stop",
    isPing: ({ name }) => name === "ping",
    failure: { name: "error", type: "overloaded_error" },
    contentAt: 3,
  },
  gemini: {
    path: "/v1beta/models/gemini-2.5-flash:generateContent",
    streamPath: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    headers: {},
    request: CONTENTS,
    textIn: ({ data }) => textsOf(JSON.parse(data)),
    wholeText: (answer) => textsOf(answer),
    isEnd: ({ data }) => data.includes('"finishReason"'),
    isPing: ({ comments }) => comments.includes("ping"),
    failure: { name: undefined, type: "UNAVAILABLE" },
    contentAt: 1,
  },
};

/** The text of an answer of Google's; an error has none. */
function textsOf({ candidates = [] }) {
  return candidates.flatMap(({ content }) => content.parts.map(({ text = "" }) => text)).join("");
}

/** A provider behind one of the faces, and what asks it in its dialect. */
export async function speak(dialect, face, t, options) {
  const provider = fakeProvider({ name: "alpha", dialect, ...options });
  const { base, fetch } = await FACES[face](provider, t);
  const { path, streamPath, headers, request } = DIALECTS[dialect];
  const send = (to, body, init) =>
    fetch(base + to, { method: "POST", body: JSON.stringify(body), ...init, headers: { ...headers, ...init?.headers } });
  const ask = (fields, init) => send(path, { ...request, ...fields }, init);
  const stream = (init) => (streamPath ? send(streamPath, request, init) : ask({ stream: true }, init));
  return { provider, base, fetch, send, ask, stream };
}

/** The blocks of a stream, which may end its lines with CR LF; a block that is cut off is left out. */
export function blocksIn(text) {
  const blocks = text.split(/\r\n\r\n|\n\n/);
  blocks.pop();
  return blocks.map((block) => {
    const read = { name: undefined, data: undefined, comments: [] };
    for (const line of block.split(/\r\n|\n/)) {
      const [, field, value] = /^([^:]*): ?(.*)$/.exec(line);
      if (field === "") read.comments.push(value);
      else if (field === "event") read.name = value;
      else read.data = read.data === undefined ? value : `${read.data}\n${value}`;
    }
    return read;
  });
}

/** The blocks that are events. */
export const eventsIn = (text) => blocksIn(text).filter(({ data }) => data !== undefined);

/** The text that the events bring. */
export const textOf = (dialect, events) => events.map(DIALECTS[dialect].textIn).join("");
