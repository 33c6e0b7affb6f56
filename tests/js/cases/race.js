/** Several groups at once: whoever is first, or everybody. */

import assert from "node:assert/strict";
import { CHAT, all, brief, deployment, fetchOf, rejection } from "../support/kit.js";

export const race = {};

/** Two groups of one deployment each. */
function groups(kit, { one, two, config } = {}) {
  const [a, b] = [kit.provider("one", one), kit.provider("two", two)];
  const model_list = [deployment("one", {}, "a"), deployment("two", {}, "b")];
  const router = kit.router({ model_list, num_retries: 0, ...config }, { fetch: fetchOf(a, b), seed: 1 });
  return { router, one: a, two: b };
}

const { messages } = CHAT;

race["the first answer wins, and the other's upstream is cancelled"] = async (kit) => {
  const { router, one, two } = groups(kit, { one: { faults: { stall: "head" } } });
  const answer = await router.fastest(["a", "b"], { messages });
  assert.deepEqual([answer._hidden_params.model_id, answer._hidden_params.model_group], ["two", "b"]);
  await one.when(({ open }) => open === 0);
  assert.deepEqual([one.calls.length, two.calls.length], [1, 1]);
  assert.equal(one.calls[0].aborted, true);
};

race["names may stand in one text, and the request's own model counts for nothing"] = async (kit) => {
  const { router, one } = groups(kit, { one: { faults: { stall: "head" } } });
  const answer = await router.fastest(" a, b ,a,", { ...CHAT, model: "nothing" });
  assert.equal(answer._hidden_params.requested_model, "b");
  assert.equal(one.calls.length, 1);
  for (const models of ["", " , ", [], undefined, [1]]) {
    assert.ok((await rejection(router.fastest(models, { messages }))) instanceof TypeError);
  }
};

race["of streams the first with content wins, and it is read to its end"] = async (kit) => {
  // The first one's head is there long before its content.
  const { router, one, two } = groups(kit, { one: { faults: { stall: { afterEvents: 1 } } }, two: { latencyMs: 20 } });
  const stream = await router.fastest(["a", "b"], { messages, stream: true });
  assert.equal(stream.model_used, "openai/model-two");
  assert.ok((await all(stream)).length > 5);
  await one.when(({ open }) => open === 0);
  assert.equal(two.calls.length, 1);
};

race["streams that begin at once: one is read, the other left"] = async (kit) => {
  const { router, one, two } = groups(kit, { one: { words: 200 }, two: { words: 200 } });
  const stream = await router.fastest(["a", "b"], { messages, stream: true });
  await one.when(({ open }) => open <= 1);
  assert.ok((await all(stream)).length > 100);
  for (const provider of [one, two]) await provider.when(({ open }) => open === 0);
};

race["s113: one that fails loses, whichever it is; all that fail are told with all causes"] = async (kit) => {
  const { router, one, two } = groups(kit);
  one.script({ status: 500 });
  assert.equal((await router.fastest(["a", "b"], { messages }))._hidden_params.model_id, "two");
  two.script({ status: 401 });
  assert.equal((await router.fastest(["a", "b"], { messages }))._hidden_params.model_id, "one");

  one.script({ status: 503 });
  two.script({ status: 429, headers: { "retry-after": "7" } });
  const error = await rejection(router.fastest(["a", "b"], { messages }));
  assert.ok(error instanceof kit.RouterError);
  assert.deepEqual(error.errors.map(({ name, status }) => [name, status]), [["ServiceUnavailableError", 503], ["RateLimitError", 429]]);
  assert.deepEqual([error.status, error.code, error.side, error.retryAfterMs], [502, "all_failed", "upstream", 7_000]);
  assert.deepEqual(brief(error.attempts), [
    { deployment: "one", status: 503, error: "ServiceUnavailableError" },
    { deployment: "two", status: 429, error: "RateLimitError" },
  ]);
  assert.match(error.message, /a: ServiceUnavailableError.*b: RateLimitError/);

  // Of one, and of those that agree, the error is their own.
  one.script({ status: 503 });
  assert.equal((await rejection(router.fastest("a", { messages }))).name, "ServiceUnavailableError");
  const unknown = await rejection(router.fastest(["x", "y"], { messages }));
  assert.deepEqual([unknown.status, unknown.errors.length], [404, 2]);
};

race["the caller's signal ends them all"] = async (kit) => {
  const { router, one, two } = groups(kit, { one: { faults: { stall: "head" } }, two: { faults: { stall: "head" } } });
  const controller = new AbortController();
  const lost = rejection(router.fastest(["a", "b"], { messages }, { signal: controller.signal }));
  await one.when(({ open }) => open === 1);
  await two.when(({ open }) => open === 1);
  controller.abort();
  assert.equal((await lost).name, "AbortError");
  for (const provider of [one, two]) await provider.when(({ open }) => open === 0);
};

race["a batch answers in order, with errors as values"] = async (kit) => {
  const { router, one, two } = groups(kit, { one: { reply: ({ body }) => body.messages[0].content } });
  const ask = (content) => ({ messages: [{ role: "user", content }] });
  const text = (answer) => answer.choices[0].message.content;

  two.script({ status: 500 });
  const [first, second] = await router.batch(["a", "b"], ask("hello"));
  assert.equal(text(first), "hello");
  assert.ok(second instanceof kit.InternalServerError);

  const grid = await router.batch(["a", "nothing"], [ask("x"), ask("y")]);
  assert.deepEqual(grid.map(([answer, error]) => [text(answer), error.name]), [["x", "NotFoundError"], ["y", "NotFoundError"]]);
  assert.deepEqual((await router.batch("a", [ask("1"), ask("2"), ask("3")])).map(text), ["1", "2", "3"]);
  assert.equal(text(await router.batch("a", ask("alone"))), "alone");
  assert.ok((await router.batch("a", ask("x"), { num_retrys: 1 })) instanceof kit.BadRequestError);
  assert.equal(one.calls.length, 7);
};
