/** `commit`, `observe`, `stream_usage` and `drop_params`, by the router's config and by the request. */

import assert from "node:assert/strict";
import { DIALECTS, MIXED, inWords, modelOf } from "../support/dialects.js";
import { turn } from "../support/giving-up.js";
import { CHAT, CHAT_URL, all, brief, eventsIn, fetchOf, post, rejection } from "../support/kit.js";
import { lateFaults } from "../support/late-faults.js";
import { STREAM, chunksIn, fetched, mixed, sentenceOf, textOf } from "../support/mixed.js";

export const streamRules = {};

const BREAKS = "the connection breaks";
const NOT_SENT = Symbol("not sent");

for (const dialects of MIXED) {
  const title = inWords(dialects);

  streamRules[`commit "head": the stream is there before its content (${title})`] = async (kit) => {
    const silent = { stall: { afterEvents: 1 } };
    const { router, one } = mixed(kit, dialects, { one: { faults: silent }, config: { commit: "head" } });
    const response = await router.fetch(CHAT_URL, post(STREAM));
    assert.equal(response.headers.get("x-switchman-model-id"), "one");
    assert.equal(one.calls.length, 1);
    await response.body.cancel();
    const stream = await router.completion(STREAM);
    const chunks = stream[Symbol.asyncIterator]();
    assert.deepEqual((await chunks.next()).value.choices[0].delta.role, "assistant");
    await chunks.return();
  };

  streamRules[`commit "head": what fails behind the head ends the stream, what fails before it does not (${title})`] = async (kit) => {
    const { router, one, two } = mixed(kit, dialects, { config: { commit: "head" } });
    one.script({ cut: { afterEvents: 1 } }, { cut: { afterEvents: 1 } });
    const error = await rejection((await router.completion(STREAM)).final());
    assert.ok(error instanceof kit.APIConnectionError);
    const { text } = await fetched(router);
    assert.equal(JSON.parse(eventsIn(text).at(-1)).error.code, "connection_error");
    assert.equal(two.calls.length, 0);
    one.script({ status: 529 });
    const stream = await router.completion(STREAM);
    assert.equal((await stream.final()).choices[0].message.content, sentenceOf("two"));
  };

  streamRules[`stream_usage "always": the usage is told unasked (${title})`] = async (kit) => {
    const { router, one } = mixed(kit, dialects, { config: { stream_usage: "always" } });
    for (const chunks of [chunksIn((await fetched(router)).text), await all(await router.completion(STREAM))]) {
      const { choices, usage } = chunks.at(-1);
      assert.deepEqual(choices, []);
      assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0);
    }
    if (dialects[0] === "openai") assert.deepEqual(one.calls[0].body.stream_options, { include_usage: true });
    // A request that says so itself goes before.
    const quiet = await all(await router.completion({ ...STREAM, stream_usage: "asked" }));
    assert.ok(quiet.every(({ usage }) => !usage));
  };
}

/** Any `observe`; each body is the raw one of OpenAI's dialect. */
for (const observe of ["head", "off"]) {
  streamRules[`observe "${observe}": a body over fetch is handed on, and the call is over`] = async (kit) => {
    const { router, one } = mixed(kit, ["openai"], { config: { observe } });
    const response = await router.fetch(CHAT_URL, post(STREAM));
    assert.equal(router.coreRunning(), 0);
    assert.equal(response.headers.get("x-switchman-model-used"), "openai/model-one");
    assert.match(response.headers.get("content-type"), /^text\/event-stream/);
    assert.equal(textOf(chunksIn(await response.text())), sentenceOf("one"));
    assert.ok(one.calls[0].finished);
  };

  streamRules[`observe "${observe}": a break is the reader's to see, and no clean end`] = async (kit) => {
    const { router } = mixed(kit, ["openai"], { one: { faults: lateFaults("openai")[BREAKS][0] }, config: { observe } });
    const { body } = await router.fetch(CHAT_URL, post(STREAM));
    const reader = body.getReader();
    const read = async () => {
      for (;;) if ((await reader.read()).done) return;
    };
    assert.ok((await rejection(read())) instanceof TypeError);
  };

  for (const how of ["by signal", "by cancelling"]) {
    streamRules[`observe "${observe}": a body that is given up ${how} is given up at the provider`] = async (kit) => {
      const { router, one } = mixed(kit, ["openai"], { one: { faults: { stall: { afterEvents: 3 } } }, config: { observe } });
      const controller = new AbortController();
      const { body } = await router.fetch(CHAT_URL, post(STREAM, { signal: controller.signal }));
      const reader = body.getReader();
      await reader.read();
      if (how === "by cancelling") await reader.cancel();
      else {
        const waiting = rejection(
          (async () => {
            for (;;) await reader.read();
          })(),
        );
        await turn();
        controller.abort();
        assert.equal((await waiting).name, "AbortError");
      }
      const [{ aborted, cancelled, finished }] = one.calls;
      assert.ok((aborted || cancelled) && !finished, "the provider was not told");
    };
  }

  streamRules[`observe "${observe}": what the router reads for the caller is watched to its end`] = async (kit) => {
    for (const dialect of DIALECTS) {
      const fault = lateFaults(dialect)[BREAKS][0];
      const { router } = mixed(kit, [dialect], { one: { faults: fault }, config: { observe } });
      const error = await rejection((await router.completion(STREAM)).final());
      assert.ok(error instanceof kit.APIConnectionError, error.stack);
      if (dialect === "openai") continue;
      const { text } = await fetched(router);
      assert.equal(JSON.parse(eventsIn(text).at(-1)).error.code, "connection_error");
    }
  };

  streamRules[`observe "${observe}": what comes before it still fails over`] = async (kit) => {
    const faults = observe === "head" ? [{ status: 500 }, { cut: { afterEvents: 1 } }] : [{ status: 500 }];
    for (const fault of faults) {
      const { router } = mixed(kit, ["openai", "openai"], { one: { faults: fault }, config: { observe } });
      const { response, text } = await fetched(router);
      assert.equal(response.headers.get("x-switchman-model-id"), "two");
      assert.equal(textOf(chunksIn(text)), sentenceOf("two"));
    }
  };
}

streamRules['observe "off": the body is the upstream\'s own, and nobody has read it'] = async (kit) => {
  const provider = kit.provider("one");
  let sent;
  const fetch = async (input, init) => (sent = await fetchOf(provider)(input, init));
  const { router } = mixed(kit, ["openai"], { config: { observe: "off" }, host: { fetch } });
  const response = await router.fetch(CHAT_URL, post(STREAM));
  assert.equal(sent.bodyUsed, false);
  // Not every runtime gives the object that a response was made of.
  if (new Response(sent.body).body === sent.body) assert.equal(response.body, sent.body);
  else assert.notEqual(kit.runtime, "node");
  assert.equal(textOf(chunksIn(await response.text())), sentenceOf("one"));
};

/** How one call with `seed`, which Anthropic has not, is made. */
const SEEDED = { ...CHAT, seed: 7 };

const ASK = {
  completion: async (router, request) => {
    const answer = await router.completion(request);
    return { text: answer.choices[0].message.content, used: answer.model_used };
  },
  async "completion, streamed"(router, request) {
    const stream = await router.completion({ ...request, stream: true });
    const { choices } = await stream.final();
    return { text: choices[0].message.content, used: stream.model_used };
  },
  async fetch(router, request) {
    const response = await router.fetch(CHAT_URL, post(request));
    const answer = await response.json();
    if (answer.error) throw Object.assign(new Error(answer.error.message), { status: response.status, ...answer.error });
    return { text: answer.choices[0].message.content, used: response.headers.get("x-switchman-model-used") };
  },
};

for (const [way, ask] of Object.entries(ASK)) {
  streamRules[`a parameter that one provider has not: the other one answers, and nobody is benched (${way})`] = async (kit) => {
    const { router, one, two } = mixed(kit, ["anthropic", "openai"]);
    for (let n = 1; n <= 6; n += 1) {
      assert.deepEqual(await ask(router, SEEDED), { text: sentenceOf("two"), used: modelOf("openai", "two") });
      assert.equal(two.calls[n - 1].body.seed, 7);
    }
    assert.equal(one.calls.length, 0);
    assert.equal((await ask(router, CHAT)).used, modelOf("anthropic", "one"));
  };

  streamRules[`a parameter that nobody has: 400 with its name (${way})`] = async (kit) => {
    const { router, one } = mixed(kit, ["anthropic"], { config: { num_retries: 3 } });
    const error = await rejection(ask(router, SEEDED));
    assert.deepEqual([error.status, error.param, error.code], [400, "seed", "unsupported_parameter"]);
    assert.match(error.message, /`seed` is not supported by anthropic/);
    if (way !== "fetch") {
      assert.ok(error instanceof kit.UnsupportedParamsError, error.stack);
      assert.deepEqual(brief(error.attempts), [{ deployment: "one", status: null, error: "UnsupportedParamsError" }]);
      assert.equal(error.side, "caller");
    }
    assert.equal(one.calls.length, 0);
    assert.equal((await ask(router, CHAT)).text, sentenceOf("one"));
  };

  streamRules[`drop_params leaves it out (${way})`] = async (kit) => {
    const places = [{ config: { drop_params: true } }, { params: { one: { drop_params: true } } }];
    for (const place of places) {
      const { router, one } = mixed(kit, ["anthropic", "openai"], place);
      assert.equal((await ask(router, SEEDED)).used, modelOf("anthropic", "one"));
      assert.equal(one.calls[0].body.seed ?? NOT_SENT, NOT_SENT);
    }
    const { router, one } = mixed(kit, ["anthropic", "openai"]);
    const asked = ask(router, { ...SEEDED, drop_params: true });
    // Over fetch a request does not steer.
    assert.equal((await asked).used, modelOf(...(way === "fetch" ? ["openai", "two"] : ["anthropic", "one"])));
    assert.equal(one.calls.length, way === "fetch" ? 0 : 1);
  };
}
