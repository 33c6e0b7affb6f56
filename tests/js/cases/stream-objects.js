/** The stream of objects: what it assembles to, what it tells, and the other forms it can be had in. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, GROUP, all, eventsIn, post, rejection } from "../support/kit.js";
import { byHand, chunk, event } from "../support/upstream.js";

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

export const streamObjects = {};

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
  streamObjects[`final() is the answer that would have come whole: ${name}`] = async (kit) => {
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

Object.assign(streamObjects, {
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
    assert.equal(
      events
        .map((text) => JSON.parse(text).choices[0].delta.content ?? "")
        .join("")
        .trim(),
      WORDS,
    );
  },
  "final() has what came and no holes, however a provider counts": async (kit) => {
    const { router, send, close } = byHand(kit);
    const asked = router.completion(STREAM);
    const call = (index, id) => ({ index, id, type: "function", function: { name: "look_up", arguments: "{}" } });
    send(event(chunk({ role: "assistant", tool_calls: [call(4_294_967_294, "second")] })));
    send(event(chunk({ tool_calls: [call(1, "first")] })));
    const far = chunk({ content: "far" }, "stop");
    far.choices[0].index = 4_294_967_294;
    send(event(far) + event(chunk({}, "tool_calls")) + event("[DONE]"));
    close();
    const { choices } = await (await asked).final();
    assert.deepEqual(choices.map(({ index, finish_reason }) => [index, finish_reason]), [[0, "tool_calls"], [4_294_967_294, "stop"]]);
    assert.deepEqual(choices[0].message.tool_calls.map(({ id, index }) => [id, index]), [["first", undefined], ["second", undefined]]);
  },
  "a tool call without an index is a call of its own in final()": async (kit) => {
    const { router, send, close } = byHand(kit);
    const asked = router.completion(STREAM);
    const call = (id, index) => ({ id, type: "function", function: { name: "look_up", arguments: "{}" }, ...index });
    const calls = [call("first", { index: 1 }), call("second", { index: null }), call("third", {})];
    send(event(chunk({ role: "assistant", tool_calls: calls })) + event(chunk({}, "tool_calls")) + event("[DONE]"));
    close();
    const { choices } = await (await asked).final();
    assert.deepEqual(choices[0].message.tool_calls.map(({ id, function: { arguments: text } }) => [id, text]), [["first", "{}"], ["second", "{}"], ["third", "{}"]]);
  },
  "chunks that are asked for all at once come in order": async (kit) => {
    const { router } = kit.single({ one: { reply: WORDS, faults: { chunkDelayMs: 1 } } });
    const chunks = (await router.completion(STREAM))[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 40 }, () => chunks.next()));
    const said = results.filter(({ done }) => !done).map(({ value }) => value.choices[0].delta.content ?? "");
    assert.equal(said.join("").trim(), WORDS);
    assert.equal(results.at(-1).done, true);
  },
  "chunks that are asked for all at once are all given up": async (kit) => {
    const { router } = kit.single({ one: { faults: { stall: { afterEvents: 3 } } } });
    const controller = new AbortController();
    const chunks = (await router.completion(STREAM, { signal: controller.signal }))[Symbol.asyncIterator]();
    for (let n = 0; n < 3; n += 1) await chunks.next();
    const waiting = [chunks.next(), chunks.next(), chunks.next()].map((next) => rejection(next));
    controller.abort();
    for (const error of await Promise.all(waiting)) assert.equal(error.name, "AbortError");
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
  "a stream that comes in one piece, larger than the window, ends with its terminator though the connection stays open": async (kit) => {
    const { router, send } = byHand(kit);
    const answered = router.completion(STREAM);
    const words = Array.from({ length: 2_000 }, (_, n) => event(chunk({ content: `word ${n} ` }))).join("");
    send(`${words}${event(chunk({}, "stop"))}${event("[DONE]")}`);
    const { content } = (await (await answered).final()).choices[0].message;
    assert.ok(content.endsWith("word 1999 "), content.slice(-20));
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
