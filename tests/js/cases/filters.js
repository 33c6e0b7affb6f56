/** Who may serve a request, and where it is meant to go: tags, abilities, windows, rules, and the host's word. */

import assert from "node:assert/strict";
import { WAYS } from "../support/hooks.js";
import { CHAT, GROUP, deployment, fetchOf, rejection } from "../support/kit.js";

export const filters = {};

const TRUSTED = { trustRequestOptions: true };

/** One provider for each deployment. */
function routerOf(kit, model_list, { config, ...host } = {}) {
  const providers = model_list.map(({ model_info }) => kit.provider(model_info.id));
  return kit.router({ model_list, ...config }, { fetch: fetchOf(...providers), seed: 1, ...host });
}

/** A deployment with something in its `model_info`. */
function informed(name, info, params) {
  const one = deployment(name, params);
  return { ...one, model_info: { ...one.model_info, ...info } };
}

const failure = async (call, ...args) => rejection(call(...args));

for (const [way, call] of Object.entries(WAYS)) {
  filters[`${way}: s96, tags choose`] = async (kit) => {
    const list = [deployment("free", { tags: ["free"] }), deployment("paid", { tags: ["paid"] })];
    const router = routerOf(kit, list, { config: { enable_tag_filtering: true }, ...TRUSTED });
    for (let n = 0; n < 5; n += 1) {
      assert.equal(await call(router, { tags: ["free"] }), "free");
      assert.equal(await call(router, {}, { tags: ["paid"] }), "paid");
      if (!way.startsWith("fetch")) assert.equal(await call(router, {}, { metadata: { tags: ["!free", "paid"] } }), "paid");
    }
    const { code } = await failure(call, router, {});
    assert.equal(code, "tags");
  };

  filters[`${way}: s99, a region that nobody is in`] = async (kit) => {
    const router = routerOf(kit, [deployment("us", { region_name: "us" })], TRUSTED);
    assert.equal(await call(router, { allowed_model_region: "us" }), "us");
    const { code, message } = await failure(call, router, { allowed_model_region: "eu" });
    assert.equal(code, "region");
    assert.match(message, /us is in no region that is asked for/);
  };

  filters[`${way}: s98, windows, by an estimate and by a count`] = async (kit) => {
    const list = [informed("small", { max_input_tokens: 2_000 }, { order: 1 }), informed("large", { max_input_tokens: 128_000 }, { order: 2 })];
    const config = { enable_pre_call_checks: true };
    const router = routerOf(kit, list, { config });
    const long = { messages: [{ role: "user", content: "of the people ".repeat(1_500) }] };
    assert.equal(await call(router, {}), "small");
    assert.equal(await call(router, { ...long, max_tokens: 1_000 }), "large");
    const counting = routerOf(kit, list, { config, tokenCounter: () => 1_500 });
    assert.equal(await call(counting, { max_tokens: 500 }), "small");
    assert.equal(await call(counting, { max_tokens: 501 }), "large");
    const only = routerOf(kit, list.slice(0, 1), { config, tokenCounter: () => 3_000 });
    const { status, code } = await failure(call, only, {});
    assert.deepEqual([status, code], [400, "context_length_exceeded"]);
  };

  const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"iVBORw0KGgo".repeat(2_000)}` } };
  const ABILITIES = {
    "an image": ["supports_vision", { messages: [{ role: "user", content: [{ type: "text", text: "Who?" }, image] }] }],
    "a file": ["supports_pdf_input", { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }] }],
    "a recording": ["supports_audio_input", { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }] }],
    tools: ["supports_function_calling", { tools: [{ type: "function", function: { name: "f" } }] }],
    "a schema": ["supports_response_schema", { response_format: { type: "json_schema", json_schema: {} } }],
    reasoning: ["supports_reasoning", { reasoning_effort: "low" }],
    "a search": ["supports_web_search", { web_search_options: {} }],
    "a forced tool": ["supports_tool_choice", { tool_choice: "required" }],
    "a voice": ["supports_audio_output", { modalities: ["text", "audio"], audio: {} }],
  };
  filters[`${way}: a request goes to who can do what it needs`] = async (kit) => {
    for (const [what, [flag, more]] of Object.entries(ABILITIES)) {
      const list = [informed("cannot", { [flag]: false, max_input_tokens: 4_000 }, { order: 1 }), informed("can", { max_input_tokens: 4_000 }, { order: 2 })];
      const router = routerOf(kit, list, { config: { enable_pre_call_checks: true } });
      assert.equal(await call(router, {}), "cannot");
      assert.equal(await call(router, more), "can", what);
      assert.equal(await call(routerOf(kit, list), more), "cannot", "nobody has asked for it");
      const alone = routerOf(kit, list.slice(0, 1), { config: { enable_pre_call_checks: true } });
      const { code, message } = await failure(call, alone, more);
      assert.equal(code, "capability");
      assert.ok(message.includes(`cannot does not have ${flag}`), message);
    }
  };

  filters[`${way}: rules name the group, the first one that holds`] = async (kit) => {
    const list = [deployment("plain"), deployment("paid", {}, "paid"), deployment("cold", {}, "cold")];
    const conditions = [
      { query: { "metadata.plan": { $eq: "paid" } }, then: "paid" },
      { when: { "params.temperature": { $lt: 0.2 }, model: { $like: "claude-*" } }, then: "cold" },
    ];
    const router = routerOf(kit, list, { config: { conditional_routing: { conditions } }, ...TRUSTED });
    assert.equal(await call(router, {}), "plain");
    assert.equal(await call(router, { temperature: 0 }), "cold");
    assert.equal(await call(router, { temperature: 0, metadata: { plan: "paid" } }), "paid");
    assert.equal(await call(router, { model: "paid", temperature: 0 }), "paid");
    // For some models only, which need not be there.
    const auto = { conditions, default: "cold", models: ["auto"] };
    const virtual = routerOf(kit, list, { config: { conditional_routing: auto }, ...TRUSTED });
    assert.equal(await call(virtual, { model: "auto" }), "cold");
    assert.equal(await call(virtual, { model: "auto", metadata: { plan: "paid" } }), "paid");
    assert.equal(await call(virtual, { metadata: { plan: "paid" } }), "plain");
    // The allow-list counts for what comes of it.
    const closed = routerOf(kit, list, { config: { conditional_routing: { conditions } }, ...TRUSTED, allowedModels: [GROUP] });
    const { status } = await failure(call, closed, { metadata: { plan: "paid" } });
    assert.equal(status, 404);
  };

  const HOW = { "at once": (said) => said, "by a promise": async (said) => said };
  for (const [how, say] of Object.entries(HOW)) {
    filters[`${way}: beforeRoute rewrites the model and the metadata, ${how}`] = async (kit) => {
      const list = [deployment("free", { tags: ["free"] }), deployment("paid", { tags: ["paid"] }), deployment("other", {}, "b")];
      const asked = [];
      let answer;
      const beforeRoute = (request) => say((asked.push(request), answer));
      const router = routerOf(kit, list, { config: { enable_tag_filtering: true }, beforeRoute });
      answer = { metadata: { tags: ["paid"] } };
      for (let n = 0; n < 3; n += 1) assert.equal(await call(router, {}), "paid");
      answer = { model: "b" };
      assert.equal(await call(router, { user: "u" }), "other");
      const { model, messages, user } = asked.at(-1);
      assert.deepEqual({ model, messages, user }, { ...CHAT, user: "u" });
      answer = undefined;
      assert.equal(await call(router, { model: "b" }), "other");
      // What it makes of a request goes through the rules.
      const rules = [{ when: { "metadata.to": "b" }, then: "b" }];
      const ruled = routerOf(kit, list, { config: { conditional_routing: rules }, beforeRoute });
      answer = { metadata: { to: "b" } };
      assert.equal(await call(ruled, {}), "other");
    };

    filters[`${way}: filterDeployments leaves whom it wants, ${how}`] = async (kit) => {
      const asked = [];
      const filterDeployments = (candidates, request) => say((asked.push([candidates, request]), candidates.filter(({ id }) => id !== "one")));
      const list = [deployment("one", { order: 1, tags: ["t"], region_name: "eu" }), deployment("two", { order: 2 })];
      const router = routerOf(kit, list, { filterDeployments });
      assert.equal(await call(router, { user: "u" }), "two");
      const [[candidates, request]] = asked;
      assert.deepEqual(candidates.map(({ id }) => id), ["one", "two"]);
      // They look as those of a custom strategy.
      const { id, model_group, provider, model, region, tags, order, open_sends, window } = candidates[0];
      assert.deepEqual({ id, model_group, provider, model, region, tags }, { id: "one", model_group: GROUP, provider: "openai", model: "model-one", region: "eu", tags: ["t"] });
      assert.deepEqual({ order, open_sends, window }, { order: 1, open_sends: 0, window: { ok: 0, failed: 0 } });
      const { requested_model, model_group: group, body } = request;
      assert.deepEqual([requested_model, group, body.user, body.messages], [GROUP, GROUP, "u", CHAT.messages]);
      assert.ok(!JSON.stringify(asked).includes("sk-"), "no key is told");
    };

    filters[`${way}: nobody left by filterDeployments, ${how}`] = async (kit) => {
      const router = routerOf(kit, [deployment("one"), deployment("two")], { filterDeployments: () => say([]) });
      const { code } = await failure(call, router, {});
      assert.equal(code, "filtered");
    };
  }

  const FAILURES = {
    "it throws": () => {
      throw new Error("not today");
    },
    "its promise fails": async () => {
      throw new Error("not today");
    },
    "it says what it may not": () => 7,
    "it says nothing": () => new Promise(() => {}),
  };
  for (const [what, hook] of Object.entries(FAILURES)) {
    for (const name of ["beforeRoute", "filterDeployments"]) {
      filters[`${way}: ${name} that fails is as if it were absent: ${what}`] = async (kit) => {
        // The clock stands still. The second of the hook passes at once, and no time limit of a call does.
        const now = () => 1_750_000_000_000;
        const sleep = (ms) => (ms === 1_000 ? Promise.resolve() : new Promise(() => {}));
        const told = [];
        const router = routerOf(kit, [deployment("one")], { [name]: hook, now, sleep });
        router.on("hook_failed", (event) => told.push(event));
        assert.equal(await call(router, {}), "one");
        assert.deepEqual(told.map((event) => event.hook), [name]);
      };
      filters[`${way}: ${name} that fails ends the call where that is asked for: ${what}`] = async (kit) => {
        const now = () => 1_750_000_000_000;
        const sleep = (ms) => (ms === 1_000 ? Promise.resolve() : new Promise(() => {}));
        const told = [];
        const list = [deployment("one"), deployment("two", {}, "b")];
        const router = routerOf(kit, list, { config: { fallbacks: [{ [GROUP]: ["b"] }] }, [name]: hook, hookFailure: "closed", now, sleep });
        router.on("hook_failed", (event) => told.push(event));
        const error = await failure(call, router, {});
        assert.deepEqual([error.status, error.code, error.param, error.type], [500, "hook_failed", name, "router_error"]);
        assert.match(error.message, new RegExp(name));
        assert.doesNotMatch(error.message, /sk-|not today/);
        assert.deepEqual(told.map((event) => event.hook), [name]);
        if (!way.startsWith("fetch")) assert.ok(error instanceof kit.HookFailedError);
      };
    }
  }
}

filters["what comes over fetch says nothing of tags and metadata, unless the host trusts it"] = async (kit) => {
  const list = [deployment("plain"), deployment("paid", { tags: ["paid"] }), deployment("other", {}, "b")];
  const conditional_routing = [{ when: { "metadata.plan": "paid" }, then: "b" }, { when: { "params.user": "u" }, then: "b" }];
  const router = routerOf(kit, list, { config: { enable_tag_filtering: true, conditional_routing } });
  const { fetch } = WAYS;
  assert.equal(await fetch(router, { tags: ["paid"], metadata: { plan: "paid", tags: ["paid"] } }), "plain");
  // A parameter is the caller's own in any case.
  assert.equal(await fetch(router, { user: "u" }), "other");
};

filters["an answer that is kept is shown only to those with the same tags"] = async (kit) => {
  const list = [deployment("free", { tags: ["free"] }), deployment("paid", { tags: ["paid"] })];
  const config = { enable_tag_filtering: true, cache_responses: true };
  const router = routerOf(kit, list, { config });
  for (const tag of ["free", "paid", "free", "paid"]) {
    const { _hidden_params: told } = await router.completion({ ...CHAT, tags: [tag] });
    assert.equal(told.model_id, tag);
  }
  assert.equal(router.snapshot().cache.hits, 2);
};

filters["a choice and its explanation go by the same filters"] = async (kit) => {
  const list = [informed("small", { max_input_tokens: 100 }, { order: 1 }), deployment("large", { order: 2 }), deployment("b", {}, "b")];
  const conditional_routing = [{ when: { "metadata.to": "b" }, then: "b" }];
  const router = routerOf(kit, list, { config: { enable_pre_call_checks: true, conditional_routing } });
  const long = { ...CHAT, messages: [{ role: "user", content: "of the people ".repeat(200) }] };
  assert.equal(router.getAvailableDeployment(CHAT).id, "small");
  assert.equal(router.getAvailableDeployment(long).id, "large");
  assert.equal(router.getAvailableDeployment(long, { metadata: { to: "b" } }).id, "b");
  const [small] = router.explain(long).decisions[0].candidates;
  assert.deepEqual([small.deployment, small.eligible, small.reason], ["small", false, "context_window"]);
};

filters["settings are told and changed"] = async (kit) => {
  const list = [deployment("free", { tags: ["free"] }), deployment("paid", { tags: ["paid"] })];
  const router = routerOf(kit, list, { config: { enable_tag_filtering: false } });
  assert.equal(router.getSettings().enable_tag_filtering, false);
  router.updateSettings({ enable_tag_filtering: true, conditional_routing: [{ when: { model: "auto" }, then: GROUP }] });
  assert.equal(router.getSettings().enable_tag_filtering, true);
  const { _hidden_params: told } = await router.completion({ ...CHAT, model: "auto", tags: ["paid"] });
  assert.deepEqual([told.model_id, told.model_group, told.requested_model], ["paid", GROUP, "auto"]);
};

filters["what is no function is refused at once"] = async (kit) => {
  for (const name of ["beforeRoute", "filterDeployments"]) {
    assert.throws(() => routerOf(kit, [deployment("one")], { [name]: 7 }), (error) => error instanceof kit.ConfigError && error.problems[0].path === `host.${name}`);
  }
};
