/** What calls cost: the same however they are made and read, and told wherever something is told of them. */

import assert from "node:assert/strict";
import { DIALECTS } from "../support/dialects.js";
import { CHAT, CHAT_URL, deployment, fetchOf, post, rejection } from "../support/kit.js";
import { STREAM, chunksIn, mixed } from "../support/mixed.js";

export const costs = {};

/** A dollar a token of the prompt, ten of the answer: sums that are exact. */
const RATES = { input_cost_per_token: 1, output_cost_per_token: 10 };
const worth = ({ prompt_tokens, completion_tokens }) => prompt_tokens + 10 * completion_tokens;

const WITH_USAGE = { ...STREAM, stream_options: { include_usage: true } };

const serving = (kit, dialects, options) => mixed(kit, dialects, { params: { one: RATES, two: RATES, three: RATES }, ...options });

for (const dialect of DIALECTS) {
  costs[`s89 ${dialect}: an answer and a stream that tells its usage last cost the same`] = async (kit) => {
    const { router } = serving(kit, [dialect]);
    const answer = await router.completion(CHAT);
    const { response_cost, response_cost_parts, attempts, usage } = answer._hidden_params;
    assert.equal(response_cost, worth(usage));
    assert.deepEqual(response_cost_parts, { input: usage.prompt_tokens, output: 10 * usage.completion_tokens });
    assert.deepEqual(attempts.map(({ cost }) => cost), [response_cost]);
    assert.equal(answer.toResponse().headers.get("x-switchman-response-cost"), String(response_cost));
    assert.equal("cost" in answer.usage, false, "the provider's own usage is left alone");

    const stream = await router.completion(STREAM);
    assert.equal(stream.meta.response_cost, null, "not before its end");
    const final = await stream.final();
    assert.equal(stream.meta.response_cost, worth(stream.meta.usage));
    assert.deepEqual(final.usage.cost, undefined);
  };
  costs[`${dialect}: a stream tells its cost with its usage`] = async (kit) => {
    const { router } = serving(kit, [dialect]);
    const chunks = [];
    for await (const chunk of await router.completion(WITH_USAGE)) chunks.push(chunk);
    const { usage } = chunks.findLast((chunk) => chunk.usage);
    assert.equal(usage.cost, worth(usage));
  };
}

Object.assign(costs, {
  "over fetch the cost is in a header, and of a translated stream in its usage": async (kit) => {
    for (const dialect of DIALECTS) {
      const { router } = serving(kit, [dialect]);
      const response = await router.fetch(CHAT_URL, post(CHAT));
      const { usage } = await response.json();
      assert.equal(response.headers.get("x-switchman-response-cost"), String(worth(usage)), dialect);
    }
    const { router } = serving(kit, ["anthropic"]);
    const streamed = await router.fetch(CHAT_URL, post(WITH_USAGE));
    assert.equal(streamed.headers.get("x-switchman-response-cost"), null);
    const { usage } = chunksIn(await streamed.text()).findLast((chunk) => chunk.usage);
    assert.equal(usage.cost, worth(usage));
  },
  "what is not known is null, and never 0": async (kit) => {
    const { router } = mixed(kit, ["openai"]);
    const { _hidden_params: meta } = await router.completion(CHAT);
    assert.deepEqual([meta.response_cost, meta.response_cost_parts, meta.attempts[0].cost], [null, null, null]);
    const response = await router.fetch(CHAT_URL, post(CHAT));
    assert.equal(response.headers.get("x-switchman-response-cost"), null);
    await response.text();
    // Nor is it known of a usage that nobody told: a byte relay asks for none.
    const { router: silent } = serving(kit, ["openai"]);
    const events = [];
    silent.on("request_end", (event) => events.push(event));
    await (await silent.fetch(CHAT_URL, post(STREAM))).text();
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual([events[0].usage, events[0].response_cost], [null, null]);
  },
  "a free model costs 0": async (kit) => {
    const free = { input_cost_per_token: 0, output_cost_per_token: 0 };
    const { router } = mixed(kit, ["openai"], { params: { one: free } });
    assert.equal((await router.completion(CHAT))._hidden_params.response_cost, 0);
  },
  "the price table tells what a model costs that the config says nothing of": async (kit) => {
    const params = { one: { model: "openai/gpt-4o-mini" } };
    const { router } = mixed(kit, ["openai"], { params });
    const { response_cost, usage } = (await router.completion(CHAT))._hidden_params;
    const micro = Math.round((usage.prompt_tokens * 0.15 + usage.completion_tokens * 0.6) * 1e6) / 1e6;
    assert.equal(Math.round(response_cost * 1e12), Math.round(micro * 1e6));
  },
  "s109 every attempt tells what it cost: nothing, where it was refused": async (kit) => {
    const { router, one } = serving(kit, ["openai", "openai"], { one: { faults: [{ status: 500 }] } });
    const { attempts, response_cost, unpriced_attempts } = (await router.completion(CHAT))._hidden_params;
    assert.deepEqual(attempts.map(({ cost }) => cost), [0, response_cost]);
    assert.equal(unpriced_attempts, 0);
    one.script({ status: 400 });
    router.setHealth("one", true);
    const error = await rejection(router.completion(CHAT));
    assert.deepEqual(error.attempts.map(({ cost }) => cost), [0]);
  },
  "a stream that was cut off costs nobody knows what": async (kit) => {
    const { router } = serving(kit, ["openai"], { one: { faults: [{ cut: { afterEvents: 3 } }] } });
    const stream = await router.completion(STREAM);
    await rejection(stream.final());
    const { attempts, response_cost, estimated_cost } = stream.meta;
    assert.deepEqual([attempts[0].cost, attempts[0].cost_estimated, response_cost, estimated_cost], [null, false, null, null]);
  },
  "a stream that is gone on with has used and costs all of its parts, wherever that is told": async (kit) => {
    for (const [first, second] of DIALECTS.flatMap((one) => DIALECTS.map((two) => [one, two]))) {
      const { router } = serving(kit, [first, second], { one: { faults: [{ cut: { afterEvents: 4 } }] }, prefill: ["two"], config: { mid_stream: "continue" } });
      const events = [];
      router.on("*", (event) => events.push(event));
      const stream = await router.completion(WITH_USAGE);
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      await new Promise((resolve) => setTimeout(resolve));
      const { attempts, response_cost, estimated_cost, unpriced_attempts, usage, usage_source } = stream.meta;
      const name = `${first}, ${second}`;
      assert.deepEqual(attempts.map((attempt) => attempt.cost_estimated), [true, false], name);
      assert.deepEqual([unpriced_attempts, usage_source, estimated_cost], [0, "estimated", attempts[0].cost], name);
      assert.ok(attempts[0].cost > 0, name);
      assert.deepEqual([response_cost, attempts[0].cost + attempts[1].cost], [worth(usage), worth(usage)], name);
      const { usage: told } = chunks.findLast((chunk) => chunk.usage);
      assert.deepEqual([told.prompt_tokens, told.completion_tokens, told.cost, told.estimated], [usage.prompt_tokens, usage.completion_tokens, response_cost, true], name);
      const end = events.findLast(({ type }) => type === "request_end");
      assert.deepEqual([end.response_cost, end.estimated_cost, end.usage, end.usage_estimated], [response_cost, estimated_cost, usage, true], name);
    }
  },
  "s114 of two sends beside each other both are booked: the loser's prompt, as an estimate": async (kit) => {
    const faults = [{ stall: "head" }];
    const { router } = serving(kit, ["openai", "openai"], { one: { faults }, config: { hedging: { after_ms: 5 } } });
    const { attempts, response_cost, estimated_cost, unpriced_attempts, usage } = (await router.completion(CHAT))._hidden_params;
    assert.deepEqual(attempts.map(({ cost, cost_estimated }) => [cost, cost_estimated]), [[usage.prompt_tokens, true], [worth(usage), false]]);
    assert.deepEqual([response_cost, estimated_cost, unpriced_attempts], [usage.prompt_tokens + worth(usage), usage.prompt_tokens, 0]);
  },
  "over fetch the part of a cost that is an estimate has a header of its own": async (kit) => {
    const faults = [{ stall: "head" }];
    const { router } = serving(kit, ["openai", "openai"], { one: { faults }, config: { hedging: { after_ms: 5 } } });
    const costOf = ({ headers }) => [headers.get("x-switchman-response-cost"), headers.get("x-switchman-estimated-cost")];
    const response = await router.fetch(CHAT_URL, post(CHAT));
    const { usage } = await response.json();
    assert.deepEqual(costOf(response), [usage.prompt_tokens + worth(usage), usage.prompt_tokens].map(String));
    const { router: plain } = serving(kit, ["openai"]);
    const whole = await plain.fetch(CHAT_URL, post(CHAT));
    assert.deepEqual(costOf(whole), [String(worth((await whole.json()).usage)), null]);
  },
  "a mock costs nothing, whatever its model does": async (kit) => {
    const { router } = serving(kit, ["openai"]);
    const { _hidden_params: meta } = await router.completion({ ...CHAT, mock_response: "Well met" });
    assert.deepEqual([meta.response_cost, meta.response_cost_parts, meta.usage.total_tokens], [0, {}, 30]);
    const chunks = [];
    for await (const chunk of await router.completion({ ...WITH_USAGE, mock_response: "Well met" })) chunks.push(chunk);
    assert.equal(chunks.findLast((chunk) => chunk.usage).usage.cost, 0);
  },
  "a send that never went out, for want of a token, costs nothing": async (kit) => {
    const azure = { model: "azure/one", api_base: "https://one.test", api_version: "2024-10-21", api_key: undefined };
    const { router } = mixed(kit, ["openai", "openai"], {
      params: { one: { ...azure, ...RATES }, two: RATES },
      host: { getToken: () => Promise.reject(new Error("no")) },
    });
    const { attempts, estimated_cost } = (await router.completion(CHAT))._hidden_params;
    assert.deepEqual([attempts[0].error, attempts[0].cost, estimated_cost], ["AuthenticationError", 0, 0]);
  },
  "an answer is told as of the model that gave it, though another one has taken its place meanwhile": async (kit) => {
    let open;
    const isOpen = new Promise((resolve) => (open = resolve));
    const provider = fetchOf(kit.provider("one"));
    const fetch = async (...request) => (await isOpen, provider(...request));
    const router = kit.router({ model_list: [deployment("one", RATES)] }, { fetch, seed: 1 });
    const asked = router.completion(CHAT);
    await new Promise((resolve) => setTimeout(resolve));
    const entry = router.getModelList()[0];
    const litellm_params = { model: "openai/model-new", api_key: "sk-new", input_cost_per_token: 1000 };
    router.upsertDeployment({ ...entry, litellm_params });
    open();
    const answer = await asked;
    const { attempts, models_used, response_cost, usage } = answer._hidden_params;
    assert.deepEqual([answer.model_used, attempts[0].model_used, models_used], ["openai/model-one", "openai/model-one", ["openai/model-one"]]);
    assert.equal(answer.toResponse().headers.get("x-switchman-model-used"), "openai/model-one");
    assert.equal(response_cost, worth(usage));
  },
  "events tell the costs": async (kit) => {
    const { router } = serving(kit, ["openai", "openai"], { one: { faults: [{ status: 500 }] } });
    const events = [];
    router.on("*", (event) => events.push(event));
    const { response_cost } = (await router.completion(CHAT))._hidden_params;
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(events.filter(({ type }) => type === "attempt_end").map(({ cost }) => cost), [0, response_cost]);
    assert.equal(events.findLast(({ type }) => type === "request_end").response_cost, response_cost);
  },
});

costs["the metadata of an answer is one object, out of sight, and the program's to replace"] = async (kit) => {
  const { router } = kit.single();
  const answer = await router.completion(CHAT);
  const { model_id, attempts } = answer._hidden_params;
  // What comes after it does not change it.
  await router.completion(CHAT);
  assert.equal(answer._hidden_params, answer._hidden_params);
  assert.deepEqual([answer._hidden_params.model_id, answer._hidden_params.attempts], [model_id, attempts]);
  assert.equal(attempts.length, 1);
  assert.ok(!Object.keys(answer).includes("_hidden_params") && !JSON.stringify(answer).includes("attempts"));
  assert.deepEqual(Object.keys(answer._hidden_params).slice(0, 3), ["_response_ms", "call_id", "model_id"]);
  assert.equal({ ...answer }._hidden_params, undefined);
  // Programs keep answers in proxies, and lay objects over them.
  const proxy = new Proxy(answer, {});
  for (const seen of [proxy, Object.create(answer)]) assert.equal(seen._hidden_params, answer._hidden_params);
  assert.equal(proxy.toResponse().headers.get("x-switchman-model-id"), model_id);
  assert.deepEqual(Reflect.ownKeys({ ...answer }), Object.keys(answer));
  answer._hidden_params = { mine: true };
  assert.deepEqual(answer._hidden_params, { mine: true });
};
