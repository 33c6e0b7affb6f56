/**
 * Two deployments behind one name, of different dialects; the first one fails in every way that a provider can, over real
 * sockets, and the caller gets the second one's answer, in OpenAI's shape.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { importPacked } from "../pack.mjs";
import { GROUP } from "./kit.js";
import { MIXED, MODELS, inWords, modelOf } from "./dialects.js";
import { earlyFaults } from "./early-faults.js";
import { WAYS } from "./perform.js";
import { SUITES_LIMIT } from "./suite.mjs";

/** The program at the top of the manual, with two servers of our own. */
const config = ([first, second], one, two) => ({
  model_list: [
    {
      model_name: GROUP,
      litellm_params: { model: modelOf(first, "one"), api_key: "sk-one", api_base: `${one}/v1`, order: 1, timeout: 0.1 },
      model_info: { id: "one" },
    },
    {
      model_name: GROUP,
      litellm_params: { model: modelOf(second, "two"), api_key: "sk-two", api_base: `${two}/v1`, order: 2 },
      model_info: { id: "two" },
    },
  ],
  num_retries: 2,
});

/** The first deployment's, without the time-out that a busy machine could miss. */
function patient(config) {
  const [{ litellm_params }] = config.model_list;
  delete litellm_params.timeout;
  return config;
}

/** What a call that the second deployment answered must look like. */
function assertSecond(outcome, way, second, first) {
  assert.equal(outcome.failed, undefined, JSON.stringify(outcome.failed));
  assert.equal(outcome.status, 200, JSON.stringify(outcome.error));
  assert.equal(outcome.text, "Hello from two every word here is made");
  assert.deepEqual(outcome.said, { roles: ["assistant"], reasons: ["stop"], model: MODELS[second]("two") });
  assert.equal(outcome.model_used, modelOf(second, "two"));
  assert.equal(outcome.model_id, "two");
  assert.equal(outcome.retries, 1);
  assert.equal(outcome.fallbacks, 0);
  if (way.startsWith("completion")) {
    assert.deepEqual(outcome.attempts, [
      { deployment: "one", ...first },
      { deployment: "two", status: 200, error: null },
    ]);
  }
  assert.equal(outcome.running, 0);
}

/** Did the provider get a request in its own words? */
function assertSpoken({ calls }, dialect) {
  const [{ path, body }] = calls;
  const paths = { openai: /^\/v1\/chat\/completions$/, anthropic: /^\/v1\/messages$/, gemini: /^\/v1\/models\/gemini-2\.5-flash-\w+:(streamG|g)enerateContent$/ };
  assert.match(path, paths[dialect]);
  assert.equal(typeof body.max_tokens, { openai: "undefined", anthropic: "number", gemini: "undefined" }[dialect]);
  assert.equal(Array.isArray(body.contents), dialect === "gemini");
}

/**
 * Fails over in one runtime, in every way of calling, from each dialect to the other.
 * @param {string} runtime its name
 * @param {(scenario: object) => Promise<any>} perform makes the call there, see `perform.js`
 * @param {object} [options]
 * @param {(handler: (request: Request) => Promise<Response>) => typeof handler} [options.served] wraps the providers
 * @param {Record<string, object>} [options.differs] by fault, how the attempt is recorded there instead
 */
export function failover(runtime, perform, { served = (handler) => handler, differs = {} } = {}) {
  describe(`failover, on ${runtime}`, SUITES_LIMIT, () => {
    let one;
    let two;
    let servers;
    let closedPort;

    before(async () => {
      const { fakeProvider } = await importPacked("switchman/testkit");
      const { serveFetch, serveProvider } = await importPacked("switchman/testkit/server");
      one = fakeProvider({ name: "one", dialect: "both" });
      two = fakeProvider({ name: "two", dialect: "both" });
      const serve = (provider) => serveProvider({ fetch: served((request) => provider.fetch(request, { redirect: "manual" })) });
      servers = await Promise.all([serve(one), serve(two)]);
      const gone = await serveFetch(() => new Response());
      await gone.close();
      closedPort = gone.url;
    });

    after(async () => {
      for (const server of servers ?? []) await server.close();
    });

    for (const dialects of MIXED) {
      const [first, second] = dialects;
      for (const way of WAYS) {
        describe(`${inWords(dialects)}: ${way}, on ${runtime}`, () => {
          test("the second is not called while the first is well", async () => {
            one.reset();
            two.reset();
            const outcome = await perform({ config: patient(config(dialects, servers[0].url, servers[1].url)), way });
            assert.equal(outcome.failed, undefined, JSON.stringify(outcome.failed));
            assert.match(outcome.text, /\bone\b/);
            assert.deepEqual([outcome.model_used, outcome.model_id, outcome.retries], [modelOf(first, "one"), "one", 0]);
            assert.equal(one.calls.length, 1);
            assertSpoken(one, first);
            assert.equal(two.calls.length, 0);
            assert.equal(outcome.running, 0);
          });

          for (const [name, [fault, attempt, where]] of Object.entries(earlyFaults(first))) {
            if (!where.includes(way)) continue;
            test(name, async () => {
              one.reset();
              two.reset();
              one.script(fault);
              const needsTimeout = "stall" in fault;
              const plain = config(dialects, servers[0].url, servers[1].url);
              const outcome = await perform({ config: needsTimeout ? plain : patient(plain), way });
              assertSecond(outcome, way, second, { ...attempt, ...differs[name] });
              assert.equal(one.calls.length, 1);
              assert.equal(two.calls.length, 1);
              assertSpoken(one, first);
              assertSpoken(two, second);
              await one.when(({ open }) => open === 0);
            });
          }

          test("nobody listens at the first one's port", async () => {
            two.reset();
            const outcome = await perform({ config: patient(config(dialects, closedPort, servers[1].url)), way });
            assertSecond(outcome, way, second, { status: null, error: "APIConnectionError" });
            assert.equal(two.calls.length, 1);
          });
        });
      }
    }
  });
}
