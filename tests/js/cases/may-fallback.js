/** The host's word on where a call may move. */

import assert from "node:assert/strict";
import { ANSWERS, STREAM, WAYS } from "../support/hooks.js";
import { CHAT, GROUP, all, deployment, fetchOf, rejection } from "../support/kit.js";

export const mayFallback = {};

/** The group, then "b", then "c": of one deployment each. The first one fails. */
function chain(kit, mayFallback, { config, ...host } = {}) {
  const [one, two, three] = ["one", "two", "three"].map((name) => kit.provider(name));
  one.setFaults({ status: 500 });
  const model_list = [deployment("one"), deployment("two", {}, "b"), deployment("three", {}, "c")];
  const fallbacks = [{ [GROUP]: ["b", "c"] }];
  const options = { fetch: fetchOf(one, two, three), seed: 1, mayFallback, ...host };
  const router = kit.router({ model_list, fallbacks, num_retries: 0, ...config }, options);
  return { router, one, two, three };
}

for (const [way, call] of Object.entries(WAYS)) {
  for (const [how, answer] of Object.entries(ANSWERS)) {
    mayFallback[`${way}: a yes, ${how}`] = async (kit) => {
      const asked = [];
      const { router } = chain(kit, (target) => answer((asked.push(target), true)));
      assert.equal(await call(router), "two");
      assert.deepEqual(asked, [{ model_group: "b", deployment: null, requested_model: GROUP }]);
    };

    mayFallback[`${way}: a no, ${how}`] = async (kit) => {
      const { router, two } = chain(kit, ({ model_group }) => answer(model_group !== "b"));
      assert.equal(await call(router), "three");
      assert.equal(two.calls.length, 0);
    };
  }

  const NOES = {
    nothing: () => undefined,
    "what is no boolean": () => "yes",
    "an error": () => {
      throw new Error("not today");
    },
    "a promise of an error": async () => {
      throw new Error("not today");
    },
  };
  for (const [what, no] of Object.entries(NOES)) {
    mayFallback[`${way}: ${what} is a no, and the call ends with the fault it had`] = async (kit) => {
      const { router, two, three } = chain(kit, no);
      assert.equal((await rejection(call(router))).status, 500);
      assert.equal(two.calls.length + three.calls.length, 0);
      assert.equal(router.coreRunning(), 0);
    };
  }

  mayFallback[`${way}: silence is a no after a second, and a late yes answers nothing`] = async (kit) => {
    // The router's own time runs fast: every sleep is over at once.
    let ms = 1_750_000_000_000;
    const answers = [];
    const silent = ({ model_group }) => model_group === "c" || new Promise((resolve) => answers.push(resolve));
    const sleep = async (duration, signal) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (!signal.aborted) ms += duration;
    };
    const { router, two } = chain(kit, silent, { sleep, now: () => ms, config: { first_token_timeout: 500 } });
    assert.equal(await call(router), "three");
    answers.forEach((resolve) => resolve(true));
    await Promise.resolve();
    assert.equal(two.calls.length, 0);
  };
}

mayFallback["a caller may give up while the host thinks"] = async (kit) => {
  const controller = new AbortController();
  const { router } = chain(kit, () => {
    setTimeout(() => controller.abort(), 0);
    return new Promise(() => {});
  });
  const error = await rejection(router.completion(CHAT, { signal: controller.signal }));
  assert.equal(error.name, "AbortError");
  assert.equal(router.coreRunning(), 0);
};

mayFallback["a deployment that is named is told by its id"] = async (kit) => {
  const asked = [];
  const { router } = chain(kit, (target) => asked.push(target) > 0);
  const answer = await router.completion(CHAT, { fallbacks: ["three"] });
  assert.equal(answer._hidden_params.model_id, "three");
  assert.deepEqual(asked, [{ model_group: "c", deployment: "three", requested_model: GROUP }]);
};

mayFallback["the host may use the router while it is asked"] = async (kit) => {
  const { router } = chain(kit, async ({ model_group }) => {
    assert.ok(router.snapshot());
    const answer = await router.completion({ ...CHAT, model: "c" });
    return answer._hidden_params.model_id === "three" && model_group === "b";
  });
  assert.equal((await router.completion(CHAT))._hidden_params.model_id, "two");
};

mayFallback["a stream that is gone on with elsewhere asks first"] = async (kit) => {
  for (const yes of [true, false]) {
    const { router, one } = chain(kit, async () => yes, { config: { mid_stream: "restart" } });
    one.setFaults({ cut: { afterEvents: 3 } });
    const stream = await router.completion(STREAM);
    if (yes) assert.ok((await all(stream)).some(({ switchman }) => switchman?.event === "restart"));
    else assert.ok((await rejection(all(stream))) instanceof kit.APIConnectionError);
  }
};

mayFallback["what is no function is refused at once"] = async (kit) => {
  assert.throws(() => chain(kit, true), (error) => error instanceof kit.ConfigError && error.problems[0].path === "host.mayFallback");
};
