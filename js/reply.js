// Reading what a send is answered with: an error, a whole answer, a stream. Each tells the core, and takes its step.

import { assembled } from "./body.js";
import { BAD_REPLY, BYTES, CHAT, COMMIT, DONE, NONE } from "./codes.js";
import { checkBytes, readStart } from "./platform/bytes.js";
import { until } from "./send.js";

/** How much of an error's body is read. */
const ERROR_BYTES = 64 * 1024;

/** A head that is not 2xx: the beginning of its body says why. */
export async function readRefusal(call, hub, attempt, response) {
  const { core } = call;
  const { now, window } = hub;
  const body = await until(call, readStart(response, ERROR_BYTES));
  if (call.action !== NONE) return;
  const headers = hub.headerLines(response.headers);
  const length = window.put(body);
  call.step(core.coreRefused(call.id, attempt, response.status, headers, length, now()));
}

/** A whole answer. */
export async function readWhole(call, hub, attempt, response) {
  const { core } = call;
  const { now, platform, maxBodyBytes } = hub;
  const body = await until(call, platform.read(response, maxBodyBytes));
  if (call.action !== NONE) return;
  if (call.plan.parse) {
    try {
      call.value = call.plan.parse(body);
    } catch {
      const message = body.length === 0 ? "the provider's answer is empty" : "the provider's answer is not valid JSON";
      call.step(core.coreFailed(call.id, attempt, BAD_REPLY, message, now()));
      return;
    }
    // What has been parsed is not scanned once more for what it is and what it used.
    if (isAnswer(call.value, call.plan.surface)) {
      const { usage, service_tier: tier } = call.value;
      const action = isPlain(usage, tier)
        ? core.coreAnsweredWith(call.id, attempt, ...countsIn(usage), tier === "default", now())
        : core.coreAnsweredUsing(call.id, attempt, JSON.stringify(usage ?? null), JSON.stringify(tier ?? null), now());
      answered(call, action, attempt, response, body);
      return;
    }
  }
  hub.scanReply(unmarked(body));
  answered(call, core.coreAnswered(call.id, attempt, now()), attempt, response, body);
}

/** A byte order mark is no part of JSON, and clients pass over it. @param {Uint8Array} body */
const unmarked = (body) => (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body);

/** Has an object the list that makes an answer of it? The same is asked of bytes in src/dialect/openai.rs. */
function isAnswer(value, surface) {
  return Array.isArray(surface === CHAT ? value?.choices : value?.data);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const NO_COUNTS = [-1, 0, 0, 0, 0];

/** The counts that an answer tells: prompt, completion, total, cached, reasoning tokens. -1 first if it tells none. */
function countsIn(usage) {
  if (!isObject(usage)) return NO_COUNTS;
  const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage;
  return [
    count(usage.prompt_tokens),
    count(usage.completion_tokens),
    count(usage.total_tokens),
    count(prompt?.cached_tokens),
    count(completion?.reasoning_tokens),
  ];
}

/** Is there nothing to an answer's usage but these counts? What is more is read in src/dialect/openai/usage.rs. */
function isPlain(usage, tier) {
  if (tier !== undefined && tier !== null && tier !== "default") return false;
  if (!isObject(usage)) return true;
  const { prompt_tokens, completion_tokens = 0, total_tokens, completion_tokens_details: completion } = usage;
  const reasoning = count(completion?.reasoning_tokens);
  // Reasoning that is not in the completion is added to it.
  if (reasoning > 0 && (total_tokens !== prompt_tokens + completion_tokens || reasoning > completion_tokens)) return false;
  for (const name in usage) {
    const part = PLAIN[name];
    if (part === undefined ? usage[name] : part && !holdsOnly(usage[name], part)) return false;
  }
  return prompt_tokens > 0;
}

/** The members of a plain usage; of objects, the one that is read. */
const PLAIN = {
  __proto__: null,
  prompt_tokens: "",
  completion_tokens: "",
  total_tokens: "",
  prompt_tokens_details: "cached_tokens",
  completion_tokens_details: "reasoning_tokens",
};

/** Is there no other count in these details? */
function holdsOnly(details, part) {
  for (const name in details) if (name !== part && details[name]) return false;
  return true;
}

/** What is missing or no number counts as 0. */
const count = (value) => (typeof value === "number" && value > 0 ? value : 0);

/** A whole answer in the words of another provider. */
export async function readAbroad(call, hub, attempt, response) {
  const { core } = call;
  const { now, platform, maxBodyBytes } = hub;
  const read = await until(call, platform.read(response, maxBodyBytes));
  if (call.action !== NONE) return;
  const source = hub.translate(read);
  core.coreReadAbroad(call.id, attempt, now());
  const body = assembled(hub, source);
  try {
    // Of an answer that is none there is nothing to be parsed.
    if (call.plan.parse && body.length > 0) call.value = call.plan.parse(body);
  } catch {
    call.step(core.coreFailed(call.id, attempt, BAD_REPLY, "the provider's answer is not valid JSON", now()));
    return;
  }
  answered(call, core.coreAnsweredAbroad(call.id, attempt, now()), attempt, response, body);
}

/** Takes the step that follows a whole body, which may be the answer. */
function answered(call, action, attempt, response, bytes) {
  if (action === DONE) {
    call.attempt = attempt;
    call.response = response;
    call.bytes = bytes;
  }
  call.step(action);
}

/** A stream: held back until it commits. */
export async function readStream(call, hub, attempt, response, headers) {
  const { core } = call;
  const { now } = hub;
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("json") || response.body === null) return readRefusal(call, hub, attempt, response);
  call.response = response;
  call.attempt = attempt;
  call.held = [];
  call.output = core.coreStreamOutput(call.id, attempt);
  const action = core.coreHead(call.id, attempt, response.status, headers, now());
  // A stream that nobody watches is an answer by its head.
  if (action === DONE) return void call.step(action);
  const reader = response.body.getReader();
  call.reader = reader;
  call.step(action);
  while (call.action === NONE) {
    const read = await until(call, reader.read());
    // Nor need the body be broken off by the signal.
    if (call.action !== NONE) return void reader.cancel().catch(() => {});
    if (read.done) {
      call.step(core.coreStreamEnd(call.id, attempt, 0, undefined, now()));
      return;
    }
    checkBytes(read.value);
    if (call.output === BYTES) call.held.push(read.value);
    call.push(read.value);
    // It may have failed, while the call goes on with its other send.
    if (call.hasCompany && !core.coreListens(call.id, attempt)) break;
  }
  if (call.action === COMMIT || call.action === DONE) return;
  // It was no answer, and nobody reads on.
  reader.cancel().catch(() => {});
}
