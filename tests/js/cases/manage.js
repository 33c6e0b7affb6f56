/** Deployments and settings, while the router is in use. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, deployment, fetchOf, GROUP, post, rejection } from "../support/kit.js";

/** A router of some deployments, each served by a provider of its name. */
function managed(kit, names, config, host) {
  const providers = Object.fromEntries(["one", "two", "three"].map((name) => [name, kit.provider(name)]));
  const model_list = names.map((name) => deployment(name));
  const router = kit.router({ model_list, ...config }, { fetch: fetchOf(...Object.values(providers)), seed: 1, ...host });
  return { router, ...providers };
}

const ids = (list) => list.map(({ model_info }) => model_info.id);

/** Who answers now. */
const answers = async (router, request) => (await router.completion({ ...CHAT, ...request }))._hidden_params.model_id;

function mistakes(kit, change) {
  try {
    change();
  } catch (error) {
    assert.ok(error instanceof kit.ConfigError, error.stack);
    return error.problems;
  }
  assert.fail("the change was accepted");
}

export const manage = {
  "deployments are added, replaced and taken out, and each change counts at once": async (kit) => {
    const { router } = managed(kit, ["one"]);
    assert.equal(router.addDeployment(deployment("one")), null);
    assert.equal(router.addDeployment(deployment("two", { order: 1 })).model_info.id, "two");
    assert.deepEqual(ids(router.getModelList()), ["one", "two"]);
    assert.equal(await answers(router), "two");
    assert.equal(router.deleteDeployment("two").model_info.id, "two");
    assert.equal(router.deleteDeployment("two"), null);
    assert.equal(await answers(router), "one");
    // Its slot is another's now.
    router.addDeployment(deployment("three", { order: 1 }));
    const answer = await router.completion(CHAT);
    assert.deepEqual([answer.model_used, answer._hidden_params.model_id], ["openai/model-three", "three"]);
    router.setModelList([deployment("two")]);
    assert.equal(await answers(router), "two");
    assert.deepEqual(ids(router.getModelList()), ["two"]);
  },
  "a key is rotated: the id and what was learnt stay, the new key is sent": async (kit) => {
    const { router, one, two } = managed(kit, [], { model_list: [deployment("one", { order: 1 }), deployment("two", { order: 2 })] });
    one.script({ status: 429 });
    assert.equal(await answers(router), "two");
    const { litellm_params } = router.upsertDeployment(deployment("one", { order: 1, api_key: "sk-rotated" }));
    assert.equal(litellm_params.api_key, "set");
    assert.equal(await answers(router), "two", "a slow-down is not forgotten");
    router.upsertDeployment(deployment("two", { api_key: "sk-rotated-two" }));
    await router.completion(CHAT);
    assert.equal(two.calls.at(-1).headers.authorization, "Bearer sk-rotated-two");
    assert.deepEqual(ids(router.getModelList()), ["one", "two"], "it keeps its place");
  },
  "a deployment without a declared id is found by what it is": async (kit) => {
    const bare = (params) => ({ ...deployment("one", params), model_info: undefined });
    const { router, one } = managed(kit, [], { model_list: [bare({}), bare({ api_key: "sk-twin" })] });
    const [first, twin] = ids(router.getModelList());
    assert.equal(router.addDeployment(bare({ api_key: "sk-other" })), null);
    assert.equal(router.upsertDeployment(bare({ api_key: "sk-new" })).model_info.id, first);
    assert.deepEqual(ids(router.getModelList()), [first, twin]);
    router.deleteDeployment(first);
    assert.deepEqual(ids(router.getModelList()), [twin], "the other one is still itself");
    await router.completion(CHAT);
    assert.equal(one.calls.at(-1).headers.authorization, "Bearer sk-twin");
  },
  "organisations of one entry come and go by themselves": async (kit) => {
    const { router, one } = managed(kit, [], { model_list: [deployment("one", { organization: ["a", "b", "c"] })] });
    router.deleteDeployment("one:b");
    assert.deepEqual(ids(router.getModelList()), ["one:a", "one:c"]);
    router.upsertDeployment(deployment("one", { organization: ["c", "d"] }));
    assert.deepEqual(ids(router.getModelList()), ["one:c", "one:d", "one:a"]);
    for (const id of ["one:a", "one:d"]) router.deleteDeployment(id);
    await router.completion(CHAT);
    assert.equal(one.calls.at(-1).headers["openai-organization"], "c");
    router.deleteDeployment("one:c");
    assert.deepEqual(router.getModelList(), []);
  },
  "an empty list is filled later, and emptied again": async (kit) => {
    const { router } = managed(kit, []);
    assert.equal((await router.fetch(CHAT_URL, post(CHAT))).status, 404);
    router.addDeployment(deployment("one"));
    assert.equal(await answers(router), "one");
    assert.deepEqual(router.getModelNames(), [GROUP]);
    router.setModelList([]);
    const error = await rejection(router.completion(CHAT));
    assert.ok(error instanceof kit.NotFoundError, error.stack);
  },
  "after a mistake everything is as it was, and all mistakes are told": async (kit) => {
    const { router } = managed(kit, ["one", "two"], { fallbacks: [{ [GROUP]: ["late"] }], model_list: [deployment("one"), deployment("two", {}, "late")] });
    const paths = (change) => mistakes(kit, change).map(({ path }) => path).sort();
    assert.deepEqual(paths(() => router.addDeployment({ model_name: "x", litellm_params: { model: "x", weight: "heavy" } })), [
      "deployment.litellm_params.model",
      "deployment.litellm_params.weight",
    ]);
    assert.deepEqual(paths(() => router.deleteDeployment("two")), [`fallbacks[0]["${GROUP}"][0]`]);
    assert.deepEqual(paths(() => router.setModelList([deployment("one"), deployment("one")])), [
      `fallbacks[0]["${GROUP}"][0]`,
      "model_list[1].model_info.id",
    ]);
    assert.deepEqual(paths(() => router.setModelList("all")), ["model_list"]);
    assert.deepEqual(paths(() => router.updateSettings({ num_retires: 1, model_list: [] })), ["model_list", "num_retires"]);
    assert.deepEqual(paths(() => router.updateSettings({ num_retries: "many", cooldown_time: -1 })), ["cooldown_time", "num_retries"]);
    assert.deepEqual(paths(() => router.updateSettings(5)), ["settings"]);
    assert.deepEqual(ids(router.getModelList()), ["one", "two"]);
    assert.equal(router.getSettings().num_retries, 2);
    assert.equal(await answers(router), "one");
  },
  "s112: settings keep fractions of seconds, and count at once": async (kit) => {
    const { router, one } = managed(kit, ["one"], { router_settings: { num_retries: 3, timeout: 30 }, litellm_settings: { num_retries: 9 } });
    assert.deepEqual([router.getSettings().num_retries, router.getSettings().timeout], [3, 30]);
    router.updateSettings({ num_retries: 0, cooldown_time: 0.5, retry_after: 0.25, timeout: null, default_fallbacks: [GROUP] });
    const { num_retries, cooldown_time, retry_after, timeout, deadline, default_fallbacks, idle_timeout } = router.getSettings();
    assert.deepEqual({ num_retries, cooldown_time, retry_after, timeout, deadline, default_fallbacks, idle_timeout }, {
      num_retries: 0, cooldown_time: 0.5, retry_after: 0.25, timeout: null, deadline: 600, default_fallbacks: [GROUP], idle_timeout: 60,
    });
    one.script({ status: 500 });
    await rejection(router.completion(CHAT));
    assert.equal(one.calls.length, 1);
  },
  "nothing that is told holds a secret": async (kit) => {
    const secret = "sk-marked-secret-0123456789";
    const { router } = managed(kit, [], {
      model_list: [
        deployment("one", { api_key: secret, extra_headers: { "x-key": secret }, user: secret, temperature: 0.5, top_logprobs: 2 }),
        deployment("two", {}, "late"),
      ],
      fallbacks: [{ [GROUP]: [{ model: "late", user: secret }] }],
      default_litellm_params: { extra_headers: { "x-other": secret } },
    });
    const [entry] = router.getModelList();
    const told = [router.getModelList(), router.getSettings(), router.getModelGroupInfo(GROUP), router.addDeployment(deployment("three", { api_key: secret })), router.deleteDeployment("one")];
    assert.ok(!JSON.stringify(told).includes("marked-secret"), JSON.stringify(told));
    const { api_key, extra_headers, user, temperature } = entry.litellm_params;
    assert.deepEqual([api_key, extra_headers, user, temperature], ["set", { "x-key": "set" }, "set", 0.5]);
  },
  "names lead to their deployments": async (kit) => {
    const list = [deployment("one", { rpm: 10, tpm: 1000 }), deployment("two", { rpm: 5 }), deployment("three", { model: "openai/*" }, "openai/*")];
    const { router } = managed(kit, [], { model_list: list, model_group_alias: { al: GROUP, secret: { model: GROUP, hidden: true } } });
    assert.deepEqual(router.getModelNames(), ["al", GROUP, "openai/*"].sort());
    assert.deepEqual(ids(router.getModelList()), ["one", "two", "three", "one", "two"]);
    for (const name of ["al", "secret", GROUP]) {
      const found = router.getModelList(name);
      assert.deepEqual([ids(found), found[0].model_name], [["one", "two"], name]);
    }
    assert.deepEqual(ids(router.getModelList("two")), ["two"]);
    const [wild] = router.getModelList("gpt-4o");
    assert.deepEqual([wild.model_name, wild.litellm_params.model, wild.model_info.id], ["gpt-4o", "openai/gpt-4o", "three"]);
    assert.deepEqual(router.getModelList("nobody"), []);
    const { model_group, providers, models, deployments, tpm, rpm } = router.getModelGroupInfo("al");
    assert.deepEqual([model_group, providers, models], ["al", ["openai"], ["openai/model-one", "openai/model-two"]]);
    assert.deepEqual([deployments, tpm, rpm], [2, 1000, 15]);
    assert.equal(router.getModelGroupInfo("nobody"), null);
    assert.deepEqual(router.getModelGroupUsage("gpt-4o"), { tpm: null, rpm: null });
    await router.completion(CHAT);
    assert.equal(router.getModelGroupUsage("al").rpm, 1);
  },
  "a call that runs is answered, and told of, though its deployment was taken out": async (kit) => {
    const one = kit.provider("one", { faults: [{ drip: true }] });
    const two = kit.provider("two");
    let hasHead;
    const head = new Promise((resolve) => (hasHead = resolve));
    const fetch = async (...request) => fetchOf(one, two)(...request).finally(hasHead);
    const router = kit.router({ model_list: [deployment("one")] }, { fetch, seed: 1 });
    const running = router.completion({ ...CHAT, stream: true });
    await head;
    router.setModelList([deployment("two", {}, "other")]);
    one.release(Infinity);
    const stream = await running;
    await stream.final();
    assert.deepEqual([stream.model_used, stream.meta.model_id, stream.meta.model_group], ["openai/model-one", "one", GROUP]);
    assert.equal(await answers(router, { model: "other" }), "two");
  },
  "what is given may be changed afterwards, to no effect": async (kit) => {
    const { router } = managed(kit, ["one"]);
    const given = deployment("two", { order: 1 });
    router.addDeployment(given);
    given.litellm_params.api_key = "sk-other";
    given.model_info.id = "other";
    router.addDeployment(deployment("three"));
    assert.deepEqual(ids(router.getModelList()), ["one", "two", "three"]);
  },
  "after a trap the router has the config as it was changed": async (kit) => {
    const { router, two } = managed(kit, ["one"], { num_retries: 5 });
    router.setModelList([deployment("two", { api_key: "sk-changed" })]);
    router.updateSettings({ num_retries: 0 });
    kit.trapped();
    router.__wbg_ptr = 0x7fff_fff0;
    const error = await rejection(router.completion(CHAT));
    assert.ok(error instanceof kit.InternalError, error.stack);
    assert.equal(await answers(router), "two");
    assert.equal(two.calls.at(-1).headers.authorization, "Bearer sk-changed");
    assert.equal(router.getSettings().num_retries, 0);
    router.addDeployment(deployment("one", { order: 1 }));
    assert.equal(await answers(router), "one");
  },
  "a config that is made of maps is changed like any other": async (kit) => {
    const one = kit.provider("one");
    const entry = deployment("one");
    const asMap = new Map([["model_list", [new Map(Object.entries(entry))]], ["router_settings", new Map([["num_retries", 4]])]]);
    const router = kit.router(asMap, { fetch: fetchOf(one), seed: 1 });
    assert.equal(router.getSettings().num_retries, 4);
    router.updateSettings({ num_retries: 1 });
    assert.equal(router.getSettings().num_retries, 1);
    router.upsertDeployment(new Map(Object.entries(deployment("one", { api_key: "sk-new" }))));
    await router.completion(CHAT);
    assert.equal(one.calls.at(-1).headers.authorization, "Bearer sk-new");
  },
  "what is no name and no data is told as such, and the router goes on": async (kit) => {
    const { router } = managed(kit, ["one"]);
    for (const wrong of [null, 7, {}, Symbol("x"), 10n]) {
      for (const method of ["getModelList", "getModelGroupInfo", "getModelGroupUsage"]) {
        assert.throws(() => router[method](wrong), TypeError, method);
      }
    }
    assert.match(mistakes(kit, () => router.setModelList([{ ...deployment("two"), api_key: () => "sk" }]))[0].message, /no data/);
    assert.equal(await answers(router), "one");
  },
  "notices are those of the config in use": async (kit) => {
    const { router } = managed(kit, ["one"]);
    assert.equal(router.notices.length, 0);
    router.updateSettings({ redis_url: "redis://one.test" });
    assert.deepEqual(router.notices.map(({ path }) => path), ["redis_url"]);
    assert.ok(Object.isFrozen(router.notices));
  },
};
