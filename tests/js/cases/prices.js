/** What is known of models: from the price table, and from the config, which counts first. */

import assert from "node:assert/strict";
import { CHAT, deployment, fetchOf, GROUP, rejection } from "../support/kit.js";

const serving = (kit, model_list, host) => kit.router({ model_list }, { fetch: fetchOf(kit.provider("one")), seed: 1, ...host });

const model = (name, params) => deployment("one", { model: `openai/${name}`, ...params });

/** A table of one's own. */
const own = (line) => ({ text: `#1 test\n${line}\n` });

const problemsOf = (kit, make) => {
  try {
    make();
  } catch (error) {
    assert.ok(error instanceof kit.ConfigError, error.stack);
    return error.problems;
  }
  assert.fail("it was accepted");
};

export const prices = {
  "a group tells what its models hold, cost and can do": async (kit) => {
    const router = serving(kit, [model("gpt-4o-mini-2024-07-18"), { ...model("text-embedding-3-small"), model_info: { id: "two" } }]);
    const info = router.getModelGroupInfo(GROUP);
    assert.deepEqual([info.mode, info.max_input_tokens, info.max_output_tokens], ["chat", 128_000, 16_384]);
    assert.deepEqual([info.input_cost_per_token, info.output_cost_per_token], [1.5e-7, 6e-7]);
    assert.deepEqual([info.supports_vision, info.supports_function_calling, info.supports_audio_input], [true, true, false]);
  },
  "what the config says counts before the table": async (kit) => {
    const model_info = { id: "one", mode: "completion", max_input_tokens: 1000, supports_vision: false, supports_audio_input: true };
    const router = serving(kit, [{ ...model("gpt-4o-mini", { input_cost_per_token: 1e-6 }), model_info }]);
    const info = router.getModelGroupInfo(GROUP);
    assert.deepEqual([info.mode, info.max_input_tokens, info.max_output_tokens], ["completion", 1000, 16_384]);
    assert.deepEqual([info.input_cost_per_token, info.output_cost_per_token], [1e-6, 6e-7]);
    assert.deepEqual([info.supports_vision, info.supports_audio_input], [false, true]);
  },
  "a model that nobody knows is told to be unknown, and another one may stand for it": async (kit) => {
    const unknown = serving(kit, [model("gpt-4o-minimum")]).getModelGroupInfo(GROUP);
    assert.deepEqual([unknown.mode, unknown.max_input_tokens, unknown.input_cost_per_token], [null, null, null]);
    for (const base_model of ["gpt-4o-mini", "openai/gpt-4o-mini", "azure/gpt-4o-mini"]) {
      const { max_input_tokens } = serving(kit, [model("my-model", { base_model })]).getModelGroupInfo(GROUP);
      assert.equal(max_input_tokens, 128_000, base_model);
    }
  },
  "a name that a pattern matches is its own model": async (kit) => {
    const router = serving(kit, [deployment("one", { model: "openai/*" }, "openai/*")]);
    assert.equal(router.getModelGroupInfo("openai/gpt-4o-mini").input_cost_per_token, 1.5e-7);
    assert.equal(router.getModelGroupInfo("openai/nobody").input_cost_per_token, null);
  },
  "no table, or another one": async (kit) => {
    const list = [model("gpt-4o-mini")];
    assert.equal(serving(kit, list, { prices: false }).getModelGroupInfo(GROUP).input_cost_per_token, null);
    const table = own("openai/gpt-4o-mini 7k C i3o4");
    for (const router of [serving(kit, list, { prices: table }), serving(kit, list, { prices: table })]) {
      const { max_input_tokens, input_cost_per_token } = router.getModelGroupInfo(GROUP);
      assert.deepEqual([max_input_tokens, input_cost_per_token], [7000, 3e-6]);
      assert.equal((await router.completion(CHAT)).model_used, "openai/gpt-4o-mini");
    }
    const broken = serving(kit, list, { prices: own("openai/gpt-4o-mini 7k C ?") });
    assert.equal(broken.getModelGroupInfo(GROUP).input_cost_per_token, null);
  },
  "what is no table is told as such": async (kit) => {
    for (const wrong of [true, "#1 ", null, {}, { text: 7 }, { text: "" }, { text: "#2 later\n" }]) {
      const [{ path }] = problemsOf(kit, () => serving(kit, [model("gpt-4o-mini")], { prices: wrong }));
      assert.equal(path, "host.prices", JSON.stringify(wrong));
    }
  },
  "after a trap the table is there again": async (kit) => {
    const router = serving(kit, [model("gpt-4o-mini")]);
    const mine = serving(kit, [model("gpt-4o-mini")], { prices: own("openai/gpt-4o-mini 7k") });
    await router.completion(CHAT);
    await mine.completion(CHAT);
    kit.trapped();
    // No address of the linear memory: the next look at it is a trap.
    router.__wbg_ptr = 0x7fff_fff0;
    assert.ok((await rejection(router.completion(CHAT))) instanceof kit.InternalError);
    assert.equal(router.getModelGroupInfo(GROUP).max_input_tokens, 128_000);
    assert.equal(mine.getModelGroupInfo(GROUP).max_input_tokens, 7000);
    assert.equal((await router.completion(CHAT)).model_used, "openai/gpt-4o-mini");
  },
};
