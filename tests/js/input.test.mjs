/** Configs with mistakes, and requests of every kind. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inputRefused } from "./cases/input-refused.js";
import { inputRelayed } from "./cases/input-relayed.js";
import { inputSteering } from "./cases/input-steering.js";
import { oddHost } from "./cases/odd-host.js";
import { CHAT, deployment, fetchOf, rejection } from "./support/kit.js";
import { nodeKit, onBoth } from "./support/suite.mjs";

onBoth({ inputRefused, inputSteering, inputRelayed, oddHost });

/** The mistakes of a config, as path and message. */
function mistakes(kit, config, host) {
  try {
    new kit.Router(config, host);
  } catch (error) {
    assert.ok(error instanceof kit.ConfigError, error.stack);
    assert.ok(error instanceof Error && error.name === "ConfigError");
    return error;
  }
  assert.fail("the config was accepted");
}

test("seven mistakes are reported together, each with its path", async () => {
  const kit = await nodeKit();
  const api_key = "sk-test";
  const error = mistakes(kit, {
    model_list: [
      { model_name: "fast", litellm_params: { model: "openai/gpt-4o", api_key: "os.environ/NOWHERE_TO_BE_FOUND" } },
      { model_name: "fast", litellm_params: { model: "gpt-4o", api_key, timeot: 5 } },
      { model_name: "slow", litellm_params: { model: "openai/o3", api_key, weight: "heavy" } },
      { litellm_params: { model: "openai/o3", api_key } },
    ],
    routing_strategy: "round-robbin",
    num_retires: 2,
    fallbacks: [{ fast: ["slwo"] }],
  });
  const expected = {
    "model_list[0].litellm_params.api_key": /NOWHERE_TO_BE_FOUND/,
    "model_list[1].litellm_params.timeot": /timeout/,
    "model_list[2].litellm_params.weight": /number/,
    "model_list[3].model_name": /missing/,
    routing_strategy: /round-robin/,
    num_retires: /num_retries/,
    "fallbacks[0].fast[0]": /slow/,
  };
  assert.deepEqual(error.problems.map(({ path }) => path).sort(), Object.keys(expected).sort());
  for (const { path, message } of error.problems) {
    assert.match(message, expected[path], path);
    assert.ok(error.message.includes(path) && error.message.includes(message));
  }
  assert.match(error.message, /7 mistakes/);
});

test("mistakes of the config and of the host come together", async () => {
  const kit = await nodeKit();
  const error = mistakes(kit, {}, { maxBodyBytes: 0, trustRequestOptions: ["num_retires"], allowedModels: "x" });
  assert.deepEqual(error.problems.map(({ path }) => path).sort(), [
    "host.allowedModels",
    "host.maxBodyBytes",
    "host.trustRequestOptions[0]",
    "model_list",
  ]);
});

test("a host's part that is no function is a mistake", async () => {
  const kit = await nodeKit();
  const config = { model_list: [deployment("one")] };
  const { problems } = mistakes(kit, config, { fetch: "https://one.test", now: 5, sleep: {}, seed: "x" });
  assert.deepEqual(problems.map(({ path }) => path).sort(), ["host.fetch", "host.now", "host.seed", "host.sleep"]);
});

test("what is no data is told with its place, and never with itself", async () => {
  const kit = await nodeKit();
  const secret = "sk-secret-0123456789";
  const cases = [
    [{ ...deployment("one", { logger_fn: () => secret }) }, "model_list[0].litellm_params.logger_fn", /^is a function/],
    [{ ...deployment("one"), model_info: { seen: new Set([secret]) } }, "model_list[0].model_info.seen", /^is bytes, a set/],
    [deployment("one", { extra_body: { list: [1, Symbol(secret)] } }), "model_list[0].litellm_params.extra_body.list[1]", /^is a function, a symbol/],
    [deployment("one", { extra_headers: { [secret]: () => 1 } }), "model_list[0].litellm_params.extra_headers[…]", /^is a function/],
  ];
  for (const [entry, path, message] of cases) {
    const error = mistakes(kit, { model_list: [entry] });
    assert.deepEqual(error.problems.map((problem) => problem.path), [path]);
    assert.match(error.problems[0].message, message);
    assert.ok(!error.message.includes(secret));
  }
  const circle = {};
  circle.circle = circle;
  const { problems } = mistakes(kit, { model_list: [], circle });
  assert.deepEqual(problems.map(({ path }) => path), [Array(8).fill("circle").join(".")]);
  const router = kit.router({ model_list: [deployment("one")] });
  const error = await rejection(router.completion(CHAT, { metadata: { user: { find: () => secret } } }));
  assert.match(error.message, /^metadata\.user\.find: is a function/);
  assert.throws(() => router.addDeployment(cases[0][0]), (thrown) => thrown.problems[0].path === "deployment.litellm_params.logger_fn");
});

test("an address out of the environment that is none is told with the name of its variable", async () => {
  const kit = await nodeKit();
  const entry = { model_name: "a", litellm_params: { model: "openai/x", api_key: "sk-one" } };
  for (const [name, value] of [["OPENAI_BASE_URL", "localhost:1"], ["OPENAI_API_BASE", "https://user:secret@one.test"]]) {
    const { problems } = mistakes(kit, { model_list: [entry] }, { env: { [name]: value } });
    assert.deepEqual(problems.map(({ path }) => path), ["model_list[0].litellm_params.api_base"]);
    assert.match(problems[0].message, new RegExp(`comes from ${name} of the environment, which must `));
    assert.ok(!problems[0].message.includes(value));
  }
});

test("what is no config at all is a mistake too", async () => {
  const kit = await nodeKit();
  for (const config of [undefined, null, 5, "config.yaml", [], () => {}, new Map()]) {
    assert.ok(mistakes(kit, config).problems.length >= 1, String(config));
  }
  const circular = { model_list: [deployment("one")] };
  circular.model_list.push(circular);
  assert.ok(mistakes(kit, circular).problems.length >= 1);
});

test("what is accepted and has no effect is told in the notices", async () => {
  const kit = await nodeKit();
  const router = kit.router({
    model_list: [deployment("one", { aws_region_name: "x" })],
    redis_host: "localhost",
    set_verbose: true,
  });
  const paths = router.notices.map(({ path }) => path);
  for (const path of ["redis_host", "set_verbose", "model_list[0].litellm_params.aws_region_name"])
    assert.ok(paths.includes(path), paths.join());
  assert.throws(() => router.notices.push({}), TypeError);
});

test("os.environ/NAME is looked up in the host's env, or in the process's", async () => {
  const kit = await nodeKit();
  const provider = kit.provider("one");
  const config = { model_list: [deployment("one", { api_key: "os.environ/SOME_KEY" })] };
  for (const env of [{ SOME_KEY: "sk-from-object" }, (name) => (name === "SOME_KEY" ? "sk-from-function" : undefined)]) {
    await kit.router(config, { fetch: fetchOf(provider), env }).completion(CHAT);
  }
  process.env.SOME_KEY = "sk-from-process";
  await kit.router(config, { fetch: fetchOf(provider) }).completion(CHAT);
  delete process.env.SOME_KEY;
  const keys = provider.calls.map(({ headers }) => headers.authorization.replace("Bearer ", ""));
  assert.deepEqual(keys, ["sk-from-object", "sk-from-function", "sk-from-process"]);
});

test("in a browser a config with a key is refused, unless it is wanted", async (t) => {
  const kit = await nodeKit();
  Object.assign(globalThis, { window: globalThis, document: {} });
  t.after(() => {
    delete globalThis.window;
    delete globalThis.document;
  });
  const withKey = { model_list: [deployment("one")] };
  const withHeader = { model_list: [deployment("one", { api_key: undefined, extra_headers: { "x-key": "secret" } })] };
  for (const config of [withKey, withHeader]) {
    const { problems } = mistakes(kit, config, { env: {} });
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["host.dangerouslyAllowBrowser"],
    );
    kit.router(config, { dangerouslyAllowBrowser: true, env: {} });
  }
  kit.router({ model_list: [deployment("one", { api_key: undefined })] }, { env: {} });
});
