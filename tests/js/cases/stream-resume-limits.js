/** `mid_stream: "continue"`: what the next provider is asked, when nobody is asked, and what may happen meanwhile. */

import assert from "node:assert/strict";
import { turn } from "../support/giving-up.js";
import { CHAT, CHAT_URL, GROUP, brief, deployment, eventsIn, fetchOf, post, rejection } from "../support/kit.js";
import { lateFaults } from "../support/late-faults.js";
import { SHAPED, STREAM, WITH_TOOL, chunksIn, fetched, markersIn, mixed, sentenceOf, textOf } from "../support/mixed.js";
import { chunk } from "../support/upstream.js";

export const streamResumeLimits = {};

const COME_BACK = { idle_timeout: 0.05, mid_stream: "continue" };

/** Breaks behind "Hello from one". */
const BROKEN = {
  openai: lateFaults("openai")["the connection breaks"][0],
  anthropic: lateFaults("anthropic")["the connection breaks"][0],
};

/** Both ways of asking; each gives the chunks. */
const WAYS = {
  fetch: async (router, request = STREAM) => chunksIn((await fetched(router, request)).text),
  async completion(router, request = STREAM) {
    const chunks = [];
    for await (const chunk of await router.completion(request)) chunks.push(chunk);
    return chunks;
  },
};

const user = { role: "user", content: "Say something." };

for (const [way, ask] of Object.entries(WAYS)) {
  streamResumeLimits[`the next provider sees the text so far as the assistant's: OpenAI, over ${way}`] = async (kit) => {
    const options = { one: { faults: BROKEN.anthropic }, prefill: ["two"], config: COME_BACK };
    const { router, two } = mixed(kit, ["anthropic", "openai"], options);
    await ask(router, { ...STREAM, temperature: 0.5 });
    const { stream_options, ...body } = two.calls[0].body;
    const messages = [user, { role: "assistant", content: "Hello from one" }];
    assert.deepEqual(body, { model: "model-two", messages, stream: true, temperature: 0.5 });
  };

  streamResumeLimits[`the next provider sees the text so far as the assistant's: vLLM, over ${way}`] = async (kit) => {
    const params = { one: { model: "hosted_vllm/model-one" }, two: { model: "hosted_vllm/model-two" } };
    const options = { one: { faults: BROKEN.openai }, params, prefill: ["two"], config: COME_BACK };
    const { router, one, two } = mixed(kit, ["openai", "openai"], options);
    await ask(router);
    assert.ok(!("continue_final_message" in one.calls[0].body || "add_generation_prompt" in one.calls[0].body));
    const { messages, continue_final_message, add_generation_prompt } = two.calls[0].body;
    assert.deepEqual(messages.at(-1), { role: "assistant", content: "Hello from one" });
    assert.deepEqual([continue_final_message, add_generation_prompt], [true, false]);
  };

  streamResumeLimits[`the next provider sees the text so far as the assistant's: Anthropic, over ${way}`] = async (kit) => {
    const { router, two } = mixed(kit, ["openai", "anthropic"], { one: { faults: BROKEN.openai }, config: COME_BACK });
    await ask(router, { ...STREAM, messages: [{ role: "system", content: "Be brief." }, user] });
    const { system, messages } = two.calls[0].body;
    assert.deepEqual(system.map(({ text }) => text), ["Be brief."]);
    assert.deepEqual(messages.map(({ role }) => role), ["user", "assistant"]);
    const said = messages[1].content;
    assert.equal(typeof said === "string" ? said : said.map(({ text }) => text).join(""), "Hello from one");
  };

  streamResumeLimits[`blanks at the end of the text stand once in the whole, over ${way}`] = async (kit) => {
    const events = [chunk({ role: "assistant", content: "" }), chunk({ content: "Hello from one " })];
    const options = { one: { faults: { events, cut: { afterEvents: 2 } } }, config: COME_BACK };
    const { router, two } = mixed(kit, ["openai", "anthropic"], options);
    assert.equal(textOf(await ask(router)), sentenceOf("one"));
    assert.equal(two.calls[0].status, 200);
  };

  streamResumeLimits[`a model that begins anew says nothing twice, over ${way}`] = async (kit) => {
    const reply = "Grüße aus 日本: 🙂 and “quotes”, and so on.";
    const options = { one: { reply, faults: BROKEN.openai }, two: { reply, continues: false }, prefill: ["two"], config: COME_BACK };
    const { router } = mixed(kit, ["openai", "openai"], options);
    assert.equal(textOf(await ask(router)), reply);
  };

  streamResumeLimits[`it may break again while it is gone on with, over ${way}`] = async (kit) => {
    const again = { cut: { afterEvents: 5 } };
    const options = { one: { faults: BROKEN.openai }, two: { faults: again }, prefill: ["three"], config: COME_BACK };
    const { router, three } = mixed(kit, ["openai", "anthropic", "openai"], options);
    const chunks = await ask(router);
    assert.equal(textOf(chunks), sentenceOf("one"));
    assert.deepEqual(markersIn(chunks).map(({ attempt }) => attempt), [1, 2]);
    assert.equal(three.calls[0].body.messages.at(-1).content, "Hello from one every word");
    assert.equal(three.calls[0].body.messages.length, 2);
  };

  streamResumeLimits[`who refuses to go on is passed over unseen, over ${way}`] = async (kit) => {
    const options = { one: { faults: BROKEN.openai }, two: { faults: { status: 400 } }, prefill: ["three"], config: COME_BACK };
    const { router } = mixed(kit, ["openai", "anthropic", "openai"], options);
    const chunks = await ask(router);
    assert.equal(textOf(chunks), sentenceOf("one"));
    assert.deepEqual(markersIn(chunks).map(({ attempt }) => attempt), [2]);
  };

  streamResumeLimits[`in process a request decides, over fetch the router's config does: ${way}`] = async (kit) => {
    const { router, two } = mixed(kit, ["openai", "anthropic"], { one: { faults: BROKEN.openai } });
    const request = { ...STREAM, mid_stream: "continue" };
    if (way === "completion") return assert.equal(textOf(await ask(router, request)), sentenceOf("one"));
    const { text } = await fetched(router, request);
    assert.equal(JSON.parse(eventsIn(text).at(-1)).error.code, "connection_error");
    assert.equal(two.calls.length, 0);
  };
}

/** Streams that nobody can go on with: the dialects, the request, and where the first one breaks. */
const THINKING = { one: { model: "anthropic/claude-sonnet-4-5" }, two: { model: "anthropic/claude-sonnet-4-5" } };
const events = [chunk({ role: "assistant", reasoning_content: "Let me see." }), chunk({ reasoning_content: " Well." })];
const NEVER = {
  "within a tool call, OpenAI": [["openai", "openai"], WITH_TOOL, { cut: { afterEvents: 2 } }],
  "within a tool call, Anthropic": [["anthropic", "anthropic"], WITH_TOOL, { cut: { afterEvents: 5 } }],
  "within reasoning, OpenAI": [["openai", "openai"], CHAT, { events, cut: { afterEvents: 2 } }],
  "within reasoning, Anthropic": [
    ["anthropic", "anthropic"],
    { ...CHAT, reasoning_effort: "low" },
    { cut: { afterEvents: 5 } },
    THINKING,
  ],
  "structured output, OpenAI": [["openai", "openai"], SHAPED, { cut: { afterEvents: 3 } }],
  "structured output, Anthropic": [["anthropic", "anthropic"], SHAPED, { cut: { afterEvents: 5 } }, THINKING],
  "a JSON object": [["openai", "openai"], { ...CHAT, response_format: { type: "json_object" } }, { cut: { afterEvents: 3 } }],
  "several choices": [["openai", "openai"], { ...CHAT, n: 2 }, { cut: { afterEvents: 5 } }],
  "a finished text without its terminator": [
    ["openai", "openai"],
    CHAT,
    { events: [chunk({ role: "assistant", content: "Yes." }), chunk({}, "stop")], cut: { afterEvents: 2 } },
  ],
};

for (const [name, [dialects, request, fault, params]] of Object.entries(NEVER)) {
  const begin = (kit) => mixed(kit, dialects, { one: { faults: fault }, params, prefill: ["two"], config: COME_BACK });

  streamResumeLimits[`never gone on with, as objects: ${name}`] = async (kit) => {
    const { router, two } = begin(kit);
    const stream = await router.completion({ ...request, stream: true });
    const error = await rejection(stream.final());
    assert.ok(error instanceof kit.APIConnectionError, error.stack);
    assert.equal(error.deployment, "one");
    assert.equal(stream.meta.attempts.length, 1);
    assert.equal(two.calls.length, 0);
  };

  streamResumeLimits[`never gone on with, over fetch: ${name}`] = async (kit) => {
    const { router, two } = begin(kit);
    const { text } = await fetched(router, { ...request, stream: true });
    assert.ok(!text.includes("[DONE]"), text);
    assert.equal(JSON.parse(eventsIn(text).at(-1)).error.code, "connection_error");
    assert.equal(two.calls.length, 0);
  };
}

/** Waits between attempts are over at once, time limits are not. */
const inNoTime = (ms) => new Promise((resolve) => ms < 5_000 && resolve());

Object.assign(streamResumeLimits, {
  "where nobody can go on the stream ends with its error": async (kit) => {
    const newer = { model: "anthropic/claude-opus-4-7" };
    const nobody = [
      [["openai", "openai"], {}],
      [["anthropic", "anthropic"], { one: newer, two: newer }],
    ];
    for (const [dialects, params] of nobody) {
      const options = { one: { faults: BROKEN[dialects[0]] }, params, config: COME_BACK };
      const { router, two } = mixed(kit, dialects, options);
      const { text } = await fetched(router);
      assert.equal(JSON.parse(eventsIn(text).at(-1)).error.code, "connection_error");
      assert.ok(!text.includes("[DONE]"), text);
      const error = await rejection((await router.completion(STREAM)).final());
      assert.deepEqual(brief(error.attempts), [{ deployment: "one", status: 200, error: "APIConnectionError" }]);
      assert.equal(two.calls.length, 0);
    }
  },
  "a deployment may go on from its own text, after a wait": async (kit) => {
    const { router, one } = mixed(kit, ["anthropic"], {
      one: { faults: [BROKEN.anthropic] },
      config: { mid_stream: "continue", num_retries: 1 },
      host: { sleep: inNoTime },
    });
    assert.equal(textOf(await WAYS.completion(router)), sentenceOf("one"));
    assert.equal(one.calls.length, 2);
  },
  "another group goes on where the first has nobody": async (kit) => {
    const providers = [kit.provider("one", { faults: BROKEN.openai }), kit.provider("two", { dialect: "anthropic" })];
    const model_list = [deployment("one", {}, "lonely"), deployment("two", { model: "anthropic/claude-3-5-haiku" })];
    const config = { model_list, ...COME_BACK, fallbacks: [{ lonely: [GROUP] }] };
    const router = kit.router(config, { fetch: fetchOf(...providers), seed: 1 });
    const stream = await router.completion({ ...STREAM, model: "lonely" });
    assert.equal((await stream.final()).choices[0].message.content, sentenceOf("one"));
    assert.deepEqual([stream.meta.attempted_fallbacks, stream.meta.model_group], [1, GROUP]);
  },
  "a continuation that comes to nothing ends with the last error, and no marker": async (kit) => {
    const options = { one: { faults: BROKEN.openai }, two: { faults: { status: 529 } }, config: { ...COME_BACK, num_retries: 1 } };
    const { router } = mixed(kit, ["openai", "anthropic"], options);
    const { text } = await fetched(router);
    const events = eventsIn(text).map((event) => JSON.parse(event));
    assert.equal(events.pop().error.code, "overloaded");
    assert.deepEqual(markersIn(events), []);
    assert.equal(textOf(events), "Hello from one");
    const error = await rejection((await router.completion(STREAM)).final());
    assert.ok(error instanceof kit.ServiceUnavailableError, error.stack);
    assert.equal(error.deployment, "two");
  },
});

/** Where a continuation may be when the caller gives up: before its head, before its content, and within it. */
const GIVEN_UP = {
  "before its head": [{ stall: "head" }, "Hello from one"],
  "before its content": [{ stall: { afterEvents: 3 } }, "Hello from one"],
  "within its text": [{ stall: { afterEvents: 5 } }, "Hello from one every word"],
};

for (const [name, [stall, told]] of Object.entries(GIVEN_UP)) {
  const begin = (kit) =>
    mixed(kit, ["openai", "anthropic"], {
      one: { faults: BROKEN.openai },
      two: { faults: stall },
      config: { mid_stream: "continue", idle_timeout: 5 },
    });
  const assertTold = ({ calls }) => assert.ok(calls[0].aborted || calls[0].cancelled, "the provider was not told");

  for (const how of ["by signal", "by leaving"]) {
    streamResumeLimits[`given up while it is gone on with, ${name}, as objects: ${how}`] = async (kit) => {
      const { router, two } = begin(kit);
      const controller = new AbortController();
      const chunks = (await router.completion(STREAM, { signal: controller.signal }))[Symbol.asyncIterator]();
      const seen = [];
      while (textOf(seen) !== told) seen.push((await chunks.next()).value);
      const next = chunks.next();
      const settled = rejection(next);
      await two.when(({ calls }) => calls.length === 1);
      await turn();
      if (how === "by signal") controller.abort();
      else chunks.return();
      assertTold(two);
      assert.equal((await settled).name, "AbortError");
      assert.equal(router.coreRunning(), 0);
    };

    streamResumeLimits[`given up while it is gone on with, ${name}, over fetch: ${how}`] = async (kit) => {
      const { router, two } = begin(kit);
      const controller = new AbortController();
      const response = await router.fetch(CHAT_URL, post(STREAM, { signal: controller.signal }));
      const reader = response.body.getReader();
      let text = "";
      const said = () => textOf(eventsIn(text).filter((event) => event.endsWith("}")).map((event) => JSON.parse(event)));
      while (said() !== told) text += new TextDecoder().decode((await reader.read()).value);
      const settled = reader.read().then(
        ({ done }) => done,
        (error) => error,
      );
      await two.when(({ calls }) => calls.length === 1);
      await turn();
      if (how === "by signal") controller.abort();
      else await reader.cancel();
      assertTold(two);
      assert.equal(await settled, how === "by signal" ? controller.signal.reason : true);
      assert.equal(router.coreRunning(), 0);
    };
  }
}
