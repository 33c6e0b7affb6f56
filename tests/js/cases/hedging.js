/** A second send beside a slow first one: which of the two the caller gets, and what becomes of the other. */

import assert from "node:assert/strict";
import { DIALECTS, MIXED, inWords } from "../support/dialects.js";
import { assertAborted } from "../support/giving-up.js";
import { CHAT, CHAT_URL, brief, deployment, fetchOf, post, rejection } from "../support/kit.js";
import { STREAM, chunksIn, mixed, sentenceOf, textOf } from "../support/mixed.js";

export const hedging = {};

const SOON = { hedging: { after_ms: 5 } };

/** Every way to call: the text of the answer, its metadata where there is any, and the id of who gave it. */
const WAYS = {
  async completion(router, options) {
    const answer = await router.completion(CHAT, options);
    const meta = answer._hidden_params;
    return { text: answer.choices[0].message.content, meta, id: meta.model_id };
  },
  async "completion, streamed"(router, options) {
    const stream = await router.completion(STREAM, options);
    const answer = await stream.final();
    return { text: answer.choices[0].message.content, meta: stream.meta, id: stream.meta.model_id };
  },
  async fetch(router, options) {
    const response = await router.fetch(CHAT_URL, post(CHAT, options));
    const answer = await response.json();
    return { text: answer.choices?.[0].message.content, id: response.headers.get("x-switchman-model-id") };
  },
  async "fetch, streamed"(router, options) {
    const response = await router.fetch(CHAT_URL, post(STREAM, options));
    return { text: textOf(chunksIn(await response.text())), id: response.headers.get("x-switchman-model-id") };
  },
};
const isStream = (way) => way.includes("streamed");

/** A host's `fetch` that lets a request to a provider go only once another provider `holds` something. */
function held(providers, name, other, holds) {
  const fetch = fetchOf(...Object.values(providers));
  return async (input, init) => {
    if (new URL(input).hostname === `${name}.test`) await other.when(holds);
    return fetch(input, init);
  };
}
const wasCalled = ({ calls }) => calls.length > 0;
const wasToldToStop = ({ calls: [call] }) => call?.aborted || call?.cancelled;

/** "one" before "two" before "three", in these dialects. `hold`: whose requests wait, for whom, and for what. */
function group(kit, dialects, { hold, host, ...options } = {}) {
  /** @type {any} */
  const providers = {};
  const fetch = (input, init) => (hold ? held(providers, ...hold(providers)) : fetchOf(...Object.values(providers)))(input, init);
  const { router, ...made } = mixed(kit, dialects, { config: SOON, host: { fetch, ...host }, ...options });
  return Object.assign({ router }, Object.assign(providers, made));
}

const LOST = (deployment, status = null) => ({ deployment, status, error: "AbortError" });
const WON = (deployment) => ({ deployment, status: 200, error: null });

function assertTold({ meta }, attempts) {
  if (!meta) return;
  assert.deepEqual(brief(meta.attempts), attempts);
  assert.equal(meta.attempted_fallbacks, 0);
  assert.equal(meta.usage_source, "provider");
  assert.ok(meta.usage.completion_tokens > 0);
  const won = attempts.findIndex(({ error }) => error === null);
  assert.deepEqual(meta.models_used, [meta.attempts[won].model_used]);
}

for (const way of Object.keys(WAYS)) {
  const call = WAYS[way];

  for (const dialects of [["openai", "openai"], ...MIXED]) {
    const title = inWords(dialects);

    hedging[`${way}: the second one is faster, and the first one is given up (${title})`] = async (kit) => {
      const { router, one, two } = group(kit, dialects, { one: { faults: { stall: "head" } } });
      const answer = await call(router);
      assert.deepEqual([answer.text, answer.id], [sentenceOf("two"), "two"]);
      assertTold(answer, [LOST("one"), WON("two")]);
      assert.ok(one.calls[0].aborted);
      assert.deepEqual([one.calls.length, two.calls.length, two.calls[0].finished], [1, 1, true]);
      assert.equal(router.coreRunning(), 0);
    };

    hedging[`${way}: the first one is faster after all (${title})`] = async (kit) => {
      const { router, two } = group(kit, dialects, {
        two: { faults: { stall: "head" } },
        hold: ({ two }) => ["one", two, wasCalled],
      });
      const answer = await call(router);
      assert.deepEqual([answer.text, answer.id], [sentenceOf("one"), "one"]);
      assertTold(answer, [WON("one"), LOST("two")]);
      assert.ok(two.calls[0].aborted);
    };
  }

  hedging[`${way}: the first one fails, and the second one answers`] = async (kit) => {
    const { router, one } = group(kit, ["openai", "anthropic"], {
      one: { faults: { status: 500 } },
      hold: ({ two }) => ["one", two, wasCalled],
      host: undefined,
      two: { latencyMs: 20 },
    });
    const answer = await call(router);
    assert.equal(answer.id, "two");
    assertTold(answer, [{ deployment: "one", status: 500, error: "InternalServerError" }, WON("two")]);
    assert.ok(one.calls[0].finished);
  };

  hedging[`${way}: the second one fails, and the first one answers`] = async (kit) => {
    const { router } = group(kit, ["anthropic", "openai"], {
      two: { faults: { refuse: true } },
      one: { latencyMs: 20 },
      hold: ({ two }) => ["one", two, wasCalled],
    });
    const answer = await call(router);
    assert.equal(answer.id, "one");
    assertTold(answer, [WON("one"), { deployment: "two", status: null, error: "APIConnectionError" }]);
  };

  hedging[`${way}: both fail, and the call goes on`] = async (kit) => {
    const { router, three } = group(kit, ["openai", "anthropic", "openai"], {
      one: { faults: { status: 500 } },
      two: { faults: { status: 529, latencyMs: 20 } },
      hold: ({ two }) => ["one", two, wasCalled],
    });
    assert.equal((await call(router)).id, "three");
    assert.equal(three.calls.length, 1);
  };

  hedging[`${way}: both fail, and there is nobody else`] = async (kit) => {
    const { router } = group(kit, ["openai", "openai"], {
      one: { faults: { refuse: true } },
      two: { faults: { status: 503, latencyMs: 20 } },
      hold: ({ two }) => ["one", two, wasCalled],
      config: { ...SOON, num_retries: 0 },
    });
    if (way.startsWith("fetch")) {
      const response = await router.fetch(CHAT_URL, post(isStream(way) ? STREAM : CHAT));
      assert.equal(response.status, 503);
      await response.text();
      return;
    }
    const error = await rejection(call(router));
    assert.equal(error.status, 503);
    assert.deepEqual(
      error.attempts.map(({ error }) => error),
      ["APIConnectionError", "ServiceUnavailableError"],
    );
  };

  hedging[`${way}: the first one's time is over, and the second one answers`] = async (kit) => {
    const { router, one } = group(kit, ["openai", "openai"], {
      one: { faults: { stall: "head" } },
      params: { one: { timeout: 0.05 } },
      hold: ({ one }) => ["two", one, wasToldToStop],
    });
    const answer = await call(router);
    assert.equal(answer.id, "two");
    assertTold(answer, [{ deployment: "one", status: null, error: "Timeout" }, WON("two")]);
    assert.ok(one.calls[0].aborted);
  };

  hedging[`${way}: the caller gives up both`] = async (kit) => {
    const { router, one, two } = group(kit, ["openai", "anthropic"], {
      one: { faults: { stall: "head" } },
      two: { faults: { stall: "head" } },
    });
    const controller = new AbortController();
    const error = rejection(call(router, { signal: controller.signal }));
    await two.when(wasCalled);
    controller.abort();
    assertAborted(kit, way, await error, controller.signal.reason);
    assert.ok(one.calls[0].aborted && two.calls[0].aborted);
    assert.equal(router.coreRunning(), 0);
  };

  hedging[`${way}: a host's fetch that does not listen to its signal`] = async (kit) => {
    const [one, two] = [kit.provider("one"), kit.provider("two")];
    const inner = fetchOf(one, two);
    const fetch = async (input, { signal, ...init }) => {
      const isDeaf = new URL(input).hostname === "one.test";
      if (isDeaf) await two.when(({ calls: [call], open }) => call && open === 0);
      return inner(input, isDeaf ? init : { ...init, signal });
    };
    const model_list = [deployment("one", { order: 1 }), deployment("two", { order: 2 })];
    const router = kit.router({ model_list, ...SOON }, { fetch, seed: 1 });
    assert.equal((await call(router)).id, "two");
    // What it answers in the end comes to nobody, and is not left open.
    await one.when(({ calls, open }) => calls.length === 1 && open === 0);
    if (isStream(way)) assert.ok(one.calls[0].cancelled);
  };

  hedging[`${way}: a first send that is fast enough stays alone`] = async (kit) => {
    const { router, two } = group(kit, ["openai", "openai"], { config: { hedging: { after_ms: 60_000 } } });
    assert.equal((await call(router)).id, "one");
    assert.equal(two.calls.length, 0);
  };

  hedging[`${way}: a hundred calls, and nothing is left`] = async (kit) => {
    const { router, one, two } = group(kit, ["openai", "anthropic"], {
      one: { faults: (n) => ({ latencyMs: n % 3 === 0 ? 60 : n % 12 }) },
      two: { faults: (n) => ({ latencyMs: n % 5 }) },
    });
    // A few at a time: where sends are bounded, more than five that wait for their heads get no second one.
    for (let batch = 0; batch < 20; batch += 1) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => call(router)));
      for (const { text, id } of answers) assert.equal(text, sentenceOf(id));
    }
    await kit.settled();
    assert.ok(one.calls.length === 100 && two.calls.length > 0);
  };
}

for (const way of Object.keys(WAYS).filter(isStream)) {
  const call = WAYS[way];

  for (const dialect of DIALECTS) {
    hedging[`${way}: nothing of the loser's beginning is seen (${dialect})`] = async (kit) => {
      const { router, one } = group(kit, [dialect, "openai"], { one: { faults: { stall: { afterEvents: 1 } } } });
      const answer = await call(router);
      assert.deepEqual([answer.text, answer.id], [sentenceOf("two"), "two"]);
      assertTold(answer, [LOST("one", 200), WON("two")]);
      assert.ok(wasToldToStop(one));
    };

    hedging[`${way}: an error within the first one's stream leaves the second one alone (${dialect})`] = async (kit) => {
      const { router, one } = group(kit, [dialect, "openai"], {
        one: { faults: { errorEvent: { at: 1 } } },
        two: { latencyMs: 30 },
        hold: ({ two }) => ["one", two, wasCalled],
      });
      const answer = await call(router);
      assert.equal(answer.id, "two");
      assert.equal(one.calls.length, 1);
      if (answer.meta) assert.deepEqual(brief(answer.meta.attempts).at(-1), WON("two"));
    };
  }

  hedging[`${way}: a head is enough where it commits`] = async (kit) => {
    const { router } = group(kit, ["openai", "openai"], {
      one: { faults: { stall: "head" } },
      config: { ...SOON, commit: "head" },
    });
    const answer = await call(router);
    assert.deepEqual([answer.text, answer.id], [sentenceOf("two"), "two"]);
  };
}

hedging["fetch, streamed: a body that nobody watches is that of the winner, and the caller's signal breaks it off"] = async (kit) => {
  const { router, two } = group(kit, ["openai", "openai"], {
    one: { faults: { stall: "head" } },
    two: { faults: { stall: { afterEvents: 2 } } },
    config: { ...SOON, observe: "off" },
  });
  const controller = new AbortController();
  const response = await router.fetch(CHAT_URL, post(STREAM, { signal: controller.signal }));
  assert.equal(response.headers.get("x-switchman-model-id"), "two");
  const reader = response.body.getReader();
  await reader.read();
  controller.abort();
  await rejection((async () => { while (!(await reader.read()).done); })());
  assert.ok(wasToldToStop(two));
};

hedging["a parameter that the second one cannot carry out is no fault of the first one's"] = async (kit) => {
  const { router, two } = group(kit, ["openai", "anthropic"], { one: { latencyMs: 40 } });
  const answer = await router.completion({ ...CHAT, logprobs: true });
  assert.equal(answer._hidden_params.model_id, "one");
  assert.equal(two.calls.length, 0);
  assert.equal(answer._hidden_params.attempts[1].error, "UnsupportedParamsError");
};
