/** Calls that stay with a deployment: by their session, by the beginning of the conversation, by the caller. */

import assert from "node:assert/strict";
import { CHAT, deployment, fetchOf, GROUP } from "../support/kit.js";

export const affinity = {};

const NAMES = ["one", "two", "three", "four", "five"];

/** Five deployments that differ by nothing. */
function five(kit, checks, more = {}) {
  const providers = NAMES.map((name) => kit.provider(name));
  const config = { model_list: NAMES.map((name) => deployment(name)), optional_pre_call_checks: checks, ...more };
  const router = kit.router(config, { fetch: fetchOf(...providers), seed: 1 });
  return { router };
}

/** Whom calls went to. */
async function ids(ask, count = 12) {
  const found = new Set();
  for (let number = 0; number < count; number++) found.add((await ask(number))._hidden_params.model_id);
  return found;
}

const only = async (ask) => {
  const [id, ...others] = await ids(ask);
  assert.deepEqual(others, []);
  return id;
};

const turn = (conversation, number, mark) => ({
  model: GROUP,
  messages: [
    { role: "system", content: "You are an agent." },
    { role: "user", content: mark ? [{ type: "text", text: conversation, cache_control: { type: "ephemeral" } }] : conversation },
    ...Array.from({ length: number }, () => [{ role: "assistant", content: "Done." }, { role: "user", content: "Go on." }]).flat(),
  ],
});

affinity["s25 a session stays with one deployment, and is spread where it is not asked for"] = async (kit) => {
  const { router } = five(kit, ["session_affinity"]);
  assert.deepEqual(router.notices, []);
  const mine = await only(() => router.completion(CHAT, { sessionId: "a" }));
  assert.equal(await only(() => router.completion({ ...CHAT, litellm_session_id: "a" })), mine);
  assert.equal(await only(() => router.completion({ ...CHAT, metadata: { session_id: "a" } })), mine);
  assert.equal((await ids((number) => router.completion(CHAT, { sessionId: `s${number}` }), 40)).size, 5);
  assert.equal((await ids(() => router.completion(CHAT), 40)).size, 5);
  assert.equal(router.getAvailableDeployment(CHAT, { sessionId: "a" }).id, mine);
};

affinity["s25 who is not well is passed over for one other, always the same"] = async (kit) => {
  const { router } = five(kit, ["session_affinity"]);
  const ask = () => router.completion(CHAT, { sessionId: "a" });
  const mine = await only(ask);
  router.setHealth(mine, false);
  const other = await only(ask);
  assert.notEqual(other, mine);
  router.setHealth(mine, true);
  assert.equal(await only(ask), mine);
};

affinity["s26 a conversation that grows stays, as an object and over fetch"] = async (kit) => {
  const { router } = five(kit, ["prompt_caching"]);
  const over = async (body) => {
    const url = "https://router.test/v1/chat/completions";
    const answer = await router.fetch(url, { method: "POST", body: JSON.stringify(body) });
    await answer.text();
    return { _hidden_params: { model_id: answer.headers.get("x-switchman-model-id") } };
  };
  const where = new Set();
  for (const conversation of ["Task A", "Task B", "Task é", "x".repeat(100_000), "é".repeat(50_000)]) {
    const mine = await only((number) => router.completion(turn(conversation, number)));
    assert.equal(await only((number) => over(turn(conversation, number))), mine);
    if (conversation.length < 100) assert.equal(await only((number) => over(turn(conversation, number, true))), mine);
    assert.equal(router.getAvailableDeployment(turn(conversation, 3)).id, mine);
    const { decisions: [decision], text } = router.explain(turn(conversation, 9));
    assert.deepEqual([decision.affinity, decision.picked], ["prompt", mine]);
    assert.match(text, /5 of 5 to choose from by the prompt that it belongs to, took `\w+`\n  \w+: \d+ %, distance [\d.]+\n/);
    where.add(mine);
  }
  assert.ok(where.size > 1, "not all at one");
};

affinity["a stream stays as well, and a caller by its tenant"] = async (kit) => {
  const { router } = five(kit, ["deployment_affinity", "prompt_caching"]);
  const mine = await only(async (number) => {
    const stream = await router.completion({ ...turn("Task", number), stream: true });
    await stream.final();
    return stream;
  });
  assert.equal(await only((number) => router.completion(turn("Task", number))), mine);
  const { router: callers } = five(kit, ["deployment_affinity"]);
  await only((number) => callers.completion(turn(`Task ${number}`, 0), { tenant: "acme" }));
};

affinity["a request whose messages are none is refused as before"] = async (kit) => {
  const { router } = five(kit, ["prompt_caching"]);
  const circle = { role: "user", content: [] };
  circle.content.push(circle);
  await assert.rejects(router.completion({ model: GROUP, messages: [circle] }), { name: "BadRequestError" });
  for (const messages of [undefined, null, "x", [], [null], [7]]) {
    await router.completion({ model: GROUP, messages }).catch((error) => assert.equal(error.status, 400));
  }
};

affinity["settings turn it on and off, and mistakes have a path"] = async (kit) => {
  const { router } = five(kit, []);
  assert.equal((await ids(() => router.completion(turn("Task", 0)), 40)).size, 5);
  router.updateSettings({ optional_pre_call_checks: ["prompt_caching"] });
  await only(() => router.completion(turn("Task", 0)));
  router.updateSettings({ model_group_affinity_config: { [GROUP]: [] } });
  assert.equal((await ids(() => router.completion(turn("Task", 0)), 40)).size, 5);
  assert.throws(() => five(kit, [], { model_group_affinity_config: { [GROUP]: ["sticky"] } }), (error) => {
    const { problems: [problem] } = error;
    return problem.path === `model_group_affinity_config["${GROUP}"][0]` && problem.message.includes("no affinity `sticky`");
  });
};
