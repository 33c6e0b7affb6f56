/** Streams: bytes handed on exactly and at once, faults after the content, and the stream of objects. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, all, eventsIn, post, rejection } from "../support/kit.js";

const STREAM = { ...CHAT, stream: true };
const WORDS = "Grüße, 日本語, 🙂 and “quotes” — naïve café";

const TOOLS = {
  ...CHAT,
  tools: [
    {
      type: "function",
      function: {
        name: "look_up",
        parameters: { type: "object", properties: { town: { type: "string" }, days: { type: "integer" } }, required: ["town"] },
      },
    },
  ],
};

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const chunk = (delta, finish_reason = null) => ({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] });
const event = (value) => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

/** A time that passes only when the test says so: `host` for the router, and `pass(ms)`. */
function virtualTime() {
  let ms = 1_700_000_000_000;
  const sleeps = new Set();
  const host = {
    now: () => ms,
    sleep: (duration, signal) =>
      new Promise((resolve) => {
        const sleep = { due: ms + duration, resolve };
        sleeps.add(sleep);
        signal.addEventListener("abort", () => sleeps.delete(sleep));
      }),
  };
  const pass = async (duration) => {
    ms += duration;
    for (const sleep of sleeps) if (sleep.due <= ms && sleeps.delete(sleep)) sleep.resolve();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { host, pass };
}

/** An upstream whose every chunk is sent by the test. */
function byHand(kit, { config, host } = {}) {
  let controller;
  let cancelled = false;
  const body = new ReadableStream({ start: (given) => void (controller = given), cancel: () => void (cancelled = true) });
  const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
  const { router } = kit.single({ config, host: { ...host, fetch } });
  const send = (text) => controller.enqueue(encode(text));
  return { router, send, close: () => controller.close(), isCancelled: () => cancelled };
}

export const stream = {};

// ── bytes ──

const DELIVERIES = {
  "as they come": {},
  "in chunks of one byte": { splitBytes: 1 },
  "in chunks of random sizes": { splitBytes: "random", seed: 5 },
  "with CR LF": { crlf: true },
  "with CR LF, byte by byte": { crlf: true, splitBytes: 1 },
  "with an event that does not parse": { malformedEvent: { at: 3 } },
  "with an event of 200 kB": { hugeBody: 200_000 },
};

for (const [name, fault] of Object.entries(DELIVERIES)) {
  stream[`the upstream's bytes go on untouched: ${name}`] = async (kit) => {
    const { router, provider } = kit.single({ one: { reply: WORDS, faults: fault } });
    const response = await router.fetch(CHAT_URL, post(STREAM));
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type"), /^text\/event-stream/);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const [{ text }] = provider.calls;
    const twin = kit.provider("one", { reply: WORDS, faults: fault });
    const expected = new Uint8Array(await (await twin.fetch("https://one.test/v1/chat/completions", post(text))).arrayBuffer());
    assert.equal(decode(bytes), decode(expected));
    assert.deepEqual(bytes, expected);
  };

  stream[`objects read the same: ${name}`] = async (kit) => {
    const { router } = kit.single({ one: { reply: WORDS, faults: fault } });
    const chunks = await all(await router.completion(STREAM));
    assert.equal(chunks.map(({ choices }) => choices[0].delta.content ?? "").join("").trim(), WORDS);
  };
}

stream["each chunk goes on before the next is sent, as bytes"] = async (kit) => {
  const { router, send, close } = byHand(kit);
  const answered = router.fetch(CHAT_URL, post(STREAM));
  send(event(chunk({ role: "assistant", content: "" })));
  send(event(chunk({ content: "0" })));
  const reader = (await answered).body.getReader();
  const next = async () => decode((await reader.read()).value);
  assert.equal(await next(), event(chunk({ role: "assistant", content: "" })));
  assert.equal(await next(), event(chunk({ content: "0" })));
  for (let n = 1; n < 50; n += 1) {
    const text = event(chunk({ content: String(n) }));
    // Half an event is no reason to wait either.
    for (const half of [text.slice(0, 30), text.slice(30)]) {
      send(half);
      assert.equal(await next(), half);
    }
  }
  send(event(chunk({}, "stop")) + event("[DONE]"));
  close();
  assert.match(await next(), /\[DONE\]\n\n$/);
  assert.equal((await reader.read()).done, true);
};

stream["each chunk goes on before the next is sent, as objects"] = async (kit) => {
  const { router, send } = byHand(kit);
  const answered = router.completion(STREAM);
  send(event(chunk({ role: "assistant", content: "" })));
  send(event(chunk({ content: "0" })));
  const chunks = (await answered)[Symbol.asyncIterator]();
  assert.equal((await chunks.next()).value.choices[0].delta.role, "assistant");
  assert.equal((await chunks.next()).value.choices[0].delta.content, "0");
  for (let n = 1; n < 50; n += 1) {
    send(event(chunk({ content: String(n) })));
    assert.equal((await chunks.next()).value.choices[0].delta.content, String(n));
  }
  send(event(chunk({}, "stop")));
  assert.equal((await chunks.next()).value.choices[0].finish_reason, "stop");
  // The terminator ends it, be the connection closed or not.
  send(event("[DONE]"));
  assert.equal((await chunks.next()).done, true);
};

stream["a slow reader slows the provider: nothing is read ahead"] = async (kit) => {
  let pulls = 0;
  const body = new ReadableStream(
    {
      pull(controller) {
        pulls += 1;
        controller.enqueue(encode(event(chunk({ content: "word " }))));
      },
    },
    { highWaterMark: 0 },
  );
  const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
  const { router } = kit.single({ host: { fetch } });
  const reader = (await router.fetch(CHAT_URL, post(STREAM))).body.getReader();
  for (let n = 1; n <= 5; n += 1) {
    await reader.read();
    assert.ok(pulls <= n + 2, `${pulls} chunks were read for ${n}`);
  }
  await reader.cancel();
};

// ── faults after the content ──

/** What goes wrong after three events, and the error that is told. */
const LATE = {
  "the connection breaks": [{ cut: { afterEvents: 3 } }, "APIConnectionError", "connection_error"],
  "the connection breaks within an event": [{ cut: { afterBytes: 700 } }, "APIConnectionError", "connection_error"],
  "the stream just ends": [{ cut: { afterEvents: 3, how: "close" } }, "APIError", "bad_reply"],
  "the stream ends within an event": [{ truncate: 700 }, "APIError", "bad_reply"],
  "the stream falls silent": [{ stall: { afterEvents: 3 } }, "Timeout", "timeout"],
  "an error event comes": [{ errorEvent: { at: 3, error: { message: "out of breath", code: "server_error" } } }, "InternalServerError", "server_error"],
};

for (const [name, [fault, Class, code]] of Object.entries(LATE)) {
  stream[`after the first content, ${name}: over fetch an error event, and no clean end`] = async (kit) => {
    const { router, one, two } = kit.pair({ one: { faults: fault }, config: { idle_timeout: 0.05 } });
    const response = await router.fetch(CHAT_URL, post(STREAM));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-switchman-model-id"), "one");
    const text = await response.text();
    assert.ok(!text.includes("[DONE]"), text);
    assert.match(text, /\n\n$/);
    const { error } = JSON.parse(eventsIn(text).at(-1));
    assert.equal(error.code, code, text);
    assert.equal(typeof error.message, "string");
    assert.equal(typeof error.type, "string");
    assert.equal(one.calls.length, 1);
    assert.equal(two.calls.length, 0);
    assert.equal(router.coreRunning(), 0);
  };

  stream[`after the first content, ${name}: a typed error in a stream of objects`] = async (kit) => {
    const { router, two } = kit.pair({ one: { faults: fault }, config: { idle_timeout: 0.05 } });
    const answer = await router.completion(STREAM);
    const seen = [];
    const error = await rejection((async () => {
      for await (const chunk of answer) seen.push(chunk);
    })());
    assert.ok(seen.length >= 2 && seen.length <= 3, `${seen.length} chunks`);
    assert.ok(error instanceof kit[Class], error.stack);
    assert.equal(error.name, Class);
    assert.equal(error.code, code);
    assert.equal(error.side, "upstream");
    assert.equal(error.deployment, "one");
    assert.deepEqual(error.attempts.map(({ error }) => error), [Class]);
    assert.equal(answer.meta.attempts[0].error, Class);
    assert.equal(two.calls.length, 0);
  };

  stream[`after the first content, ${name}: an error event in toResponse()`] = async (kit) => {
    const { router } = kit.pair({ one: { faults: fault }, config: { idle_timeout: 0.05 } });
    const text = await (await router.completion(STREAM)).toResponse().text();
    assert.ok(!text.includes("[DONE]"), text);
    assert.equal(JSON.parse(eventsIn(text).at(-1)).error.code, code);
  };
}

for (const way of ["the connection stays open", "the connection breaks"]) {
  const end = way.endsWith("open") ? { stall: { afterEvents: 4 } } : { cut: { afterEvents: 4 } };
  const events = [chunk({ role: "assistant", content: "" }), chunk({ content: "Yes." }), chunk({}, "stop"), "[DONE]"];

  stream[`after the terminator nothing is a fault: ${way}, as objects`] = async (kit) => {
    const { router } = kit.single({ one: { faults: { events, ...end } }, config: { idle_timeout: 0.05 } });
    const answer = await router.completion(STREAM);
    assert.equal((await answer.final()).choices[0].message.content, "Yes.");
    assert.equal(answer.meta.attempts[0].error, null);
  };

  stream[`after the terminator nothing is a fault: ${way}, as bytes`] = async (kit) => {
    const { router } = kit.single({ one: { faults: { events, ...end } }, config: { idle_timeout: 0.05 } });
    const text = await (await router.fetch(CHAT_URL, post(STREAM))).text();
    assert.deepEqual(eventsIn(text).slice(-1), ["[DONE]"], text);
    assert.equal(router.coreRunning(), 0);
  };
}

/** A stream of two words so far, in a time that only the test moves; each `next` gives the text of what was read. */
const PAUSED = {
  async bytes(kit) {
    const time = virtualTime();
    const hand = byHand(kit, { config: { idle_timeout: 10, deadline: 1_000 }, host: time.host });
    const answered = hand.router.fetch(CHAT_URL, post(STREAM));
    hand.send(event(chunk({ content: "0" })));
    hand.send(event(chunk({ content: "1" })));
    const reader = (await answered).body.getReader();
    const next = async () => {
      const { done, value } = await reader.read();
      return done ? undefined : decode(value);
    };
    return { ...hand, time, next, failed: async () => assert.match(await next(), /"code":"timeout"/) };
  },
  async objects(kit) {
    const time = virtualTime();
    const hand = byHand(kit, { config: { idle_timeout: 10, deadline: 1_000 }, host: time.host });
    const answered = hand.router.completion(STREAM);
    hand.send(event(chunk({ content: "0" })));
    hand.send(event(chunk({ content: "1" })));
    const chunks = (await answered)[Symbol.asyncIterator]();
    const next = async () => {
      const { done, value } = await chunks.next();
      return done ? undefined : event(value);
    };
    return { ...hand, time, next, failed: async () => assert.ok((await rejection(chunks.next())) instanceof kit.Timeout) };
  },
};

for (const [form, begin] of Object.entries(PAUSED)) {
  stream[`a reader that takes its time is no silence of the upstream, as ${form}`] = async (kit) => {
    const { send, close, next, time } = await begin(kit);
    assert.equal(await next(), event(chunk({ content: "0" })));
    for (let n = 0; n < 6; n += 1) await time.pass(9_000);
    assert.equal(await next(), event(chunk({ content: "1" })));
    send(event(chunk({ content: "2" })));
    for (let n = 0; n < 6; n += 1) await time.pass(9_000);
    assert.equal(await next(), event(chunk({ content: "2" })));
    send(event(chunk({}, "stop")));
    send(event("[DONE]"));
    close();
    await time.pass(60_000);
    assert.equal(await next(), event(chunk({}, "stop")));
    while ((await next()) !== undefined);
  };

  stream[`a silence is counted from when the reader waits, as ${form}`] = async (kit) => {
    const { next, failed, time } = await begin(kit);
    await next();
    await next();
    await time.pass(60_000);
    const waiting = failed();
    await time.pass(9_900);
    await time.pass(99);
    let isOver = false;
    waiting.then(() => (isOver = true));
    await time.pass(0);
    assert.equal(isOver, false, "given up too early");
    await time.pass(2);
    await waiting;
  };
}

stream["a silence before the next chunk is no fault while it is shorter than idle_timeout"] = async (kit) => {
  const { router, provider } = kit.single({ one: { chunkDelayMs: 15 }, config: { idle_timeout: 0.5, timeout: 5 } });
  const text = await (await router.fetch(CHAT_URL, post(STREAM))).text();
  assert.match(text, /data: \[DONE\]\n\n$/);
  assert.ok(provider.calls[0].finished);
};

// ── the stream of objects ──

/** What a completion says, without what only one of its two forms has. */
const gist = ({ id, object, created, model, choices, service_tier, system_fingerprint }) => ({
  ...{ id, object, created, model, service_tier, system_fingerprint },
  choices: choices.map(({ index, finish_reason, message: { role, content, tool_calls, refusal } }) => {
    return { index, finish_reason, message: { role, content, tool_calls, refusal: refusal ?? null } };
  }),
});

const REQUESTS = {
  "a text": CHAT,
  "three choices": { ...CHAT, n: 3 },
  "a tool call": TOOLS,
  "a custom tool call": { ...CHAT, tools: [{ type: "custom", custom: { name: "free" } }] },
};

for (const [name, request] of Object.entries(REQUESTS)) {
  stream[`final() is the answer that would have come whole: ${name}`] = async (kit) => {
    const { router, provider } = kit.single({ one: { reply: WORDS } });
    const whole = await router.completion(request);
    provider.reset();
    const options = { include_usage: true };
    const streamed = await (await router.completion({ ...request, stream: true, stream_options: options })).final();
    assert.deepEqual(gist(streamed), gist(whole));
    assert.deepEqual(streamed.usage, whole.usage);
    provider.reset();
    const { usage } = await (await router.completion({ ...request, stream: true })).final();
    for (const count of ["prompt_tokens", "completion_tokens", "total_tokens"]) assert.equal(usage[count], whole.usage[count]);
  };
}

Object.assign(stream, {
  "usage is always asked for, and its chunk kept back unless the caller asked": async (kit) => {
    const { router, provider } = kit.single();
    const quiet = await router.completion(STREAM);
    assert.equal(quiet.meta.usage, null);
    const chunks = await all(quiet);
    assert.ok(chunks.every(({ choices }) => choices.length === 1));
    assert.equal(provider.calls[0].body.stream_options.include_usage, true);
    assert.ok(quiet.meta.usage.total_tokens > 0);
    assert.equal(quiet.meta.usage_source, "provider");

    const asked = await router.completion({ ...STREAM, stream_options: { include_usage: true, include_obfuscation: false } });
    const last = (await all(asked)).at(-1);
    assert.deepEqual(last.choices, []);
    assert.equal(last.usage.total_tokens, asked.meta.usage.total_tokens);
    assert.deepEqual(provider.calls[1].body.stream_options, { include_usage: true, include_obfuscation: false });
  },
  "over fetch usage is asked for only if the caller did": async (kit) => {
    const { router, provider } = kit.single();
    await (await router.fetch(CHAT_URL, post(STREAM))).text();
    assert.equal(provider.calls[0].body.stream_options, undefined);
    const text = await (await router.fetch(CHAT_URL, post({ ...STREAM, stream_options: { include_usage: true } }))).text();
    assert.ok(JSON.parse(eventsIn(text).at(-2)).usage.total_tokens > 0);
  },
  "a provider that tells no usage: null, and no invented numbers": async (kit) => {
    const { router } = kit.single({ one: { usage: false } });
    const answer = await router.completion(STREAM);
    const whole = await answer.final();
    assert.equal(whole.usage, undefined);
    assert.equal(answer.meta.usage, null);
    assert.equal(answer.meta.usage_source, "none");
  },
  "a stream tells how it came about": async (kit) => {
    const { router } = kit.pair({ one: { faults: { status: 503 } } });
    const answer = await router.completion(STREAM);
    assert.equal(answer.model_used, "openai/model-two");
    assert.ok(!Object.keys(answer).includes("_hidden_params"));
    await all(answer);
    const { meta } = answer;
    assert.equal(meta.model_id, "two");
    assert.equal(meta.model_group, GROUP);
    assert.equal(meta.attempted_retries, 1);
    assert.equal(meta.attempts.length, 2);
    assert.equal(typeof meta.latency.first_token_ms, "number");
    assert.ok(meta.latency.total_ms >= meta.latency.first_token_ms);
    assert.match(meta.call_id, /^sw-/);
    assert.equal(meta.additional_headers["x-request-id"], "req_two_1");
    assert.equal(answer._hidden_params.model_id, "two");
  },
  "toResponse() is a stream of events with the metadata in its headers": async (kit) => {
    const { router } = kit.single();
    const response = (await router.completion(STREAM)).toResponse();
    assert.match(response.headers.get("content-type"), /^text\/event-stream/);
    assert.equal(response.headers.get("x-switchman-model-used"), "openai/model-one");
    assert.equal(response.headers.get("x-switchman-model-id"), "one");
    const events = eventsIn(await response.text());
    assert.equal(events.pop(), "[DONE]");
    for (const text of events) assert.equal(JSON.parse(text).object, "chat.completion.chunk");
  },
  "readable gives the events as bytes": async (kit) => {
    const { router } = kit.single({ one: { reply: WORDS } });
    const { readable } = await router.completion(STREAM);
    assert.ok(readable instanceof ReadableStream);
    const events = eventsIn(await new Response(readable).text());
    assert.equal(events.pop(), "[DONE]");
    assert.equal(events.map((text) => JSON.parse(text).choices[0].delta.content ?? "").join("").trim(), WORDS);
  },
  "a stream has one reader": async (kit) => {
    const { router } = kit.single();
    const answer = await router.completion(STREAM);
    await all(answer);
    assert.throws(() => answer[Symbol.asyncIterator](), TypeError);
    assert.throws(() => answer.readable, TypeError);
    assert.ok((await rejection(answer.final())) instanceof TypeError);
  },
  "a stream is an instance of CompletionStream, and no ReadableStream": async (kit) => {
    const { router } = kit.single();
    const answer = await router.completion(STREAM);
    assert.ok(answer instanceof kit.CompletionStream);
    assert.ok(!(answer instanceof ReadableStream));
    await all(answer);
  },
  "an answer of no words is an answer": async (kit) => {
    const events = [chunk({ role: "assistant", content: "" }), chunk({}, "content_filter"), "[DONE]"];
    const { router } = kit.single({ one: { faults: { events } } });
    const whole = await (await router.completion(STREAM)).final();
    assert.equal(whole.choices[0].finish_reason, "content_filter");
    assert.match(await (await router.fetch(CHAT_URL, post(STREAM))).text(), /content_filter[^]*\[DONE\]\n\n$/);
  },
  "a reasoning model's thoughts are content, and stay in the answer": async (kit) => {
    const events = [
      chunk({ role: "assistant", reasoning_content: "Let me " }),
      chunk({ reasoning_content: "see." }),
      chunk({ content: "Yes." }),
      chunk({}, "stop"),
      "[DONE]",
    ];
    const { router } = kit.single({ one: { faults: { events } } });
    const { message } = (await (await router.completion(STREAM)).final()).choices[0];
    assert.deepEqual([message.reasoning_content, message.content], ["Let me see.", "Yes."]);
  },
  "comments, event names and blank lines between the events are no fault": async (kit) => {
    const { router, send, close } = byHand(kit);
    const answered = router.completion(STREAM);
    send(`: keep-alive\n\n\n\nevent: message\nid: 7\n${event(chunk({ content: "Yes" }))}: more\n\n`);
    send(`data:${JSON.stringify(chunk({ content: "." }))}\n\n${event(chunk({}, "stop"))}${event("[DONE]")}`);
    close();
    assert.equal((await (await answered).final()).choices[0].message.content, "Yes.");
  },
  "an event in several data lines is one event": async (kit) => {
    const { router, send, close } = byHand(kit);
    const answered = router.completion(STREAM);
    const lines = JSON.stringify(chunk({ content: "Yes" }), null, 1).split("\n");
    send(`${lines.map((line) => `data: ${line}`).join("\n")}\n\n${event(chunk({}, "stop"))}${event("[DONE]")}`);
    close();
    assert.equal((await (await answered).final()).choices[0].message.content, "Yes");
  },
});
