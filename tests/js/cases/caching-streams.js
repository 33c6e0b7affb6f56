/** Streams in the response cache: shown again as they were, and kept only if they were whole. */

import assert from "node:assert/strict";
import { openCache, turns, WAYS } from "../support/cached.js";
import { DIALECTS, modelOf } from "../support/dialects.js";
import { all, CHAT, CHAT_URL, post, rejection } from "../support/kit.js";
import { chunksIn, mixed, STREAM, textOf } from "../support/mixed.js";

export const cachingStreams = {};

const ON = { cache_responses: true };
const STREAMED = ["completion, streamed", "fetch, streamed"];

/** A router that keeps its answers where they can be seen. */
function kept(kit, dialects, { config, host, ...more } = {}) {
  const cache = openCache();
  return { cache, ...mixed(kit, dialects, { config: { ...ON, num_retries: 0, ...config }, host: { cache, ...host }, ...more }) };
}

for (const dialect of DIALECTS) {
  cachingStreams[`s95, ${dialect}: a stream is shown again as it was, in every form`] = async (kit) => {
    const { router, one } = kept(kit, [dialect], { one: { faults: { splitBytes: "random" } } });
    const first = await router.completion(STREAM);
    const chunks = await all(first);
    const again = await router.completion(STREAM);
    assert.deepEqual([again.meta.cache_hit, again.meta.usage, again.model_used], [true, first.meta.usage, modelOf(dialect, "one")]);
    assert.deepEqual(await all(again), chunks);
    await assert.rejects(all(again), TypeError);
    const live = await (await router.completion({ ...STREAM, caching: false })).final();
    assert.deepEqual((await (await router.completion(STREAM)).final()).choices, live.choices);
    const response = (await router.completion(STREAM)).toResponse();
    assert.equal(response.headers.get("x-switchman-cache"), "hit");
    assert.deepEqual(chunksIn(await response.text()), chunks);
    const part = await router.completion(STREAM);
    for await (const chunk of part) {
      assert.deepEqual(chunk, chunks[0]);
      break;
    }
    assert.equal(one.calls.length, 2);
    const text = async () => (await WAYS["fetch, streamed"](router)).said;
    const events = await text();
    assert.equal(one.calls.length, 3, "what is text and what are objects is kept apart");
    assert.equal(await text(), events);
    assert.equal(one.calls.length, 3);
    assert.equal(textOf(chunksIn(events)), textOf(chunks));
    assert.equal((await WAYS.completion(router)).hit, false, "and so is what was not streamed");
  };

  const BROKEN = {
    "is cut": { cut: true },
    "ends before its end": { unterminated: true, truncate: 500 },
    "ends with an error": { errorEvent: { at: "end" } },
    "holds an event that does not parse": { malformedEvent: { at: 4 } },
  };
  for (const [what, fault] of Object.entries(BROKEN)) {
    for (const way of STREAMED) {
      cachingStreams[`${dialect}, ${way}: one that ${what} is not kept`] = async (kit) => {
        const { router, one, cache } = kept(kit, [dialect]);
        one.script(fault);
        await WAYS[way](router).catch((error) => error);
        await turns();
        const relays = dialect === "openai" && way.startsWith("fetch");
        // A relay sees the end alone, and hands on what else there is.
        if (!(relays && what.startsWith("holds"))) assert.equal(cache.kept.size, 0);
        assert.equal((await WAYS[way](router)).hit, cache.kept.size > 0 && relays && what.startsWith("holds"));
      };
    }
  }

  cachingStreams[`${dialect}: one that another one goes on with, or that is left, is not kept`] = async (kit) => {
    for (const mid_stream of ["continue", "restart"]) {
      const { router, one, cache } = kept(kit, [dialect, dialect], { prefill: ["one", "two"], config: { mid_stream, num_retries: 2 } });
      for (const way of STREAMED) {
        one.script({ cut: { afterEvents: 4 } });
        const { said } = await WAYS[way](router);
        assert.match(JSON.stringify(said), /switchman/, "it has gone on");
        await turns();
        assert.equal(cache.kept.size, 0);
      }
    }
    const { router, cache } = kept(kit, [dialect]);
    for await (const _ of await router.completion(STREAM)) break;
    const { body } = await router.fetch(CHAT_URL, post(STREAM));
    const reader = body.getReader();
    await reader.read();
    await reader.cancel();
    await turns();
    assert.equal(cache.kept.size, 0);
  };
}

Object.assign(cachingStreams, {
  "one that is not watched to its end is not kept, and not looked for": async (kit) => {
    for (const observe of ["head", "off"]) {
      const { router, cache } = kept(kit, ["openai"], { config: { observe } });
      for (let n = 0; n < 2; n += 1) assert.equal((await WAYS["fetch, streamed"](router)).hit, false);
      assert.equal(cache.calls.length, 0);
      // Objects are read in any case.
      assert.deepEqual([(await WAYS["completion, streamed"](router)).hit, (await WAYS["completion, streamed"](router)).hit], [false, true]);
    }
  },
  "a stream that shows its usage is another one": async (kit) => {
    const { router } = kept(kit, ["openai"]);
    for (const way of STREAMED) {
      for (const stream_options of [undefined, { include_usage: true }]) {
        assert.equal((await WAYS[way](router, { stream_options })).hit, false);
        const { hit, said } = await WAYS[way](router, { stream_options });
        assert.equal(hit, true);
        assert.equal(/"usage":\{/.test(JSON.stringify(said).replaceAll("\\", "")), stream_options !== undefined);
      }
    }
    const usage = async (stream_usage) => all(await router.completion({ ...STREAM, stream_usage }));
    assert.notDeepEqual(await usage("always"), await usage("asked"));
  },
  "an answer that is too long is handed on and not kept": async (kit) => {
    const reply = `${"word".repeat(100_000)} `.repeat(3);
    const { router, cache } = kept(kit, ["openai"], { one: { reply } });
    for (const way of Object.values(WAYS)) assert.equal((await way(router)).hit, false);
    assert.equal(cache.kept.size, 0);
    assert.equal(router.snapshot().cache.stored, 0);
  },
  "a chunk that the caller changes is shown to the next one as it came": async (kit) => {
    const { router } = kept(kit, ["openai"]);
    const ways = async () => {
      const said = [];
      for await (const chunk of await router.completion(STREAM)) {
        said.push(JSON.stringify(chunk));
        chunk.choices = "mine";
      }
      return said;
    };
    const first = await ways();
    assert.deepEqual(await ways(), first);
    assert.deepEqual(await ways(), first);
    const answer = await router.completion(CHAT);
    answer.choices = [];
    assert.equal((await router.completion(CHAT)).choices.length, 1);
  },
  "nobody who reads twice, or has given up before, is shown a stream": async (kit) => {
    const { router, one } = kept(kit, ["openai"]);
    await all(await router.completion(STREAM));
    const gone = AbortSignal.abort();
    assert.equal((await rejection(router.completion(STREAM, { signal: gone }))).name, "AbortError");
    assert.equal(one.calls.length, 1);
    assert.equal((await (await router.fastest([STREAM.model], STREAM)).final()).choices.length, 1);
    assert.equal(one.calls.length, 1, "a race is won by what is kept");
  },
});
