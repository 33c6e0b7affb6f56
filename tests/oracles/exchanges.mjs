/** The recorded exchanges, read from where `scripts/recordings.mjs` puts them. */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { folderOf } from "../../scripts/recordings.mjs";

/**
 * @typedef {object} Exchange
 * @property {string} name for the titles of tests: the recording, and which exchange of it
 * @property {any} request the body of the request; undefined where none was recorded
 * @property {boolean} isBeta whether the request went to the beta interface
 * @property {boolean} isStream
 * @property {number} status
 * @property {string} contentType of the response
 * @property {Uint8Array} bytes the body of the response
 */

/** What most recordings leave out of their headers can be told from the first bytes. */
const looksLikeStream = (bytes) => /^(event|data):/.test(Buffer.from(bytes.subarray(0, 6)).toString());

const typeOf = (isStream) => (isStream ? "text/event-stream; charset=utf-8" : "application/json");

/** Whether a parsed answer, or the data of a stream's first event, is of a kind. */
const KINDS = {
  gemini: (data) => data.candidates !== undefined || data.embeddings !== undefined,
  anthropic: (data) => data.type === "message" || data.type === "message_start",
  openai: (data) => /^chat\.completion/.test(data.object),
};

function firstData(bytes, isStream) {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(isStream ? /^data: (.*)$/m.exec(text)[1] : text);
  } catch {
    return {};
  }
}

/** A body in a cassette: text, or bytes in base64, which the reader has decoded. */
const bytesOf = (body) => new Uint8Array(Buffer.from(body ?? ""));

/** The exchanges of one cassette; those of other interfaces, and what is no exchange with a model, are left out. */
function* cassette(path, name, kind) {
  const { requests, responses } = parse(gunzipSync(readFileSync(path)).toString("utf8"), { maxAliasCount: -1 });
  for (const [index, { body, status }] of responses.entries()) {
    const { uri, body: asked } = requests[index];
    const bytes = bytesOf(body.string);
    const isStream = looksLikeStream(bytes);
    if (!KINDS[kind](firstData(bytes, isStream))) continue;
    yield {
      name: `${name} ${index + 1}`,
      request: JSON.parse(Buffer.from(bytesOf(asked)).toString("utf8")),
      isBeta: uri.includes("beta=true"),
      isStream,
      status: status.code,
      contentType: typeOf(isStream),
      bytes,
    };
  }
}

/**
 * The exchanges with Google's API in one cassette of another format, which is plain text.
 * @returns {Generator<Exchange & { model: string, method: string }>}
 */
function* interactions(path, name) {
  const { interactions } = parse(readFileSync(path, "utf8"), { maxAliasCount: -1 });
  for (const [index, { request, response }] of interactions.entries()) {
    const { hostname, pathname } = new URL(request.uri);
    const [, model, method] = /\/models\/([^/:]+):(\w+)$/.exec(pathname) ?? [];
    const bytes = bytesOf(response.body.string);
    const isStream = looksLikeStream(bytes);
    if (hostname !== "generativelanguage.googleapis.com" || !KINDS.gemini(firstData(bytes, isStream))) continue;
    yield {
      ...{ name: `${name} ${index + 1}`, request: JSON.parse(request.body), model, method, isBeta: false, isStream },
      ...{ status: response.status.code, contentType: typeOf(isStream), bytes },
    };
  }
}

function listed(name, ending) {
  const folder = folderOf(name);
  if (!existsSync(folder)) throw new Error(`there are no recordings: npm run oracles`);
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(ending));
  const nameOf = (file) => file.slice(0, -ending.length).replace(/^(.*\/)?(test_)?/, "");
  return files.sort().map((file) => ({ path: join(folder, file), name: nameOf(file) }));
}

const cassettes = (name, kind) =>
  listed(name, ".yaml.gz").flatMap((file) => [...cassette(file.path, file.name, kind)]);

/** Streams that the provider's own Python client is tested with: made or shortened by hand, their framing is real. */
function fixtures() {
  return listed("anthropic", "_response.txt").map(({ path, name }) => ({
    ...{ name: `fixture ${name}`, request: undefined, isBeta: true, isStream: true },
    ...{ status: 200, contentType: typeOf(true), bytes: new Uint8Array(readFileSync(path)) },
  }));
}

/** Every exchange with Anthropic's Messages. @type {() => Exchange[]} */
export const anthropicExchanges = () => [...cassettes("langchain-anthropic", "anthropic"), ...fixtures()];

/** Every exchange with an interface of the shape of OpenAI's chat completions. @type {() => Exchange[]} */
export const openaiExchanges = () =>
  ["groq", "openai"].flatMap((maker) =>
    cassettes(`langchain-${maker}`, "openai").map((exchange) => ({ ...exchange, name: `${maker} ${exchange.name}` })),
  );

/** Every exchange with Google's Gemini. */
export const geminiExchanges = () =>
  ["langsmith", "openinference-instrumentation-google-genai", "opentelemetry-instrumentation-google-genai"].flatMap((maker) =>
    listed(maker, ".yaml").flatMap((file) => [...interactions(file.path, `${maker.split("-")[0]} ${file.name}`)]),
  );
