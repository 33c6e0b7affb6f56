/**
 * Two deployments behind one name; the first one fails in every way that a provider can, over real sockets, and the
 * caller gets the second one's answer.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { importPacked } from "../pack.mjs";
import { GROUP } from "./kit.js";
import { WAYS, isStreamed } from "./perform.js";

const BOTH = WAYS;
const WHOLE = WAYS.filter((way) => !isStreamed(way));
const STREAMED = WAYS.filter(isStreamed);

/** What the first provider does, what the attempt is then recorded as, and the ways of calling that it is tried with. */
const FAULTS = {
  "status 500": [{ status: 500 }, { status: 500, error: "InternalServerError" }, BOTH],
  "status 502 with a web page": [{ status: 502, html: true }, { status: 502, error: "InternalServerError" }, BOTH],
  "status 529": [{ status: 529 }, { status: 529, error: "ServiceUnavailableError" }, BOTH],
  "status 429": [{ status: 429 }, { status: 429, error: "RateLimitError" }, BOTH],
  "status 401": [{ status: 401 }, { status: 401, error: "AuthenticationError" }, BOTH],
  "status 403": [{ status: 403 }, { status: 403, error: "PermissionDeniedError" }, BOTH],
  "status 404": [{ status: 404 }, { status: 404, error: "NotFoundError" }, BOTH],
  "an exhausted quota": [{ status: 402 }, { status: 402, error: "RateLimitError" }, BOTH],
  "status 429 with a body that breaks off": [
    { status: 429, cut: { afterBytes: 10 } },
    { status: 429, error: "RateLimitError" },
    BOTH,
  ],
  "a connection that closes before a byte": [{ refuse: true }, { status: null, error: "APIConnectionError" }, BOTH],
  "a redirect": [{ redirect: "/v1/elsewhere" }, { status: 302, error: "APIError" }, BOTH],
  "a redirect that asks to be sent everything again": [
    { status: 307, redirect: "/v1/elsewhere" },
    { status: 307, error: "APIError" },
    BOTH,
  ],
  "no head before the time-out": [{ stall: "head" }, { status: null, error: "Timeout" }, BOTH],
  "no body before the time-out": [{ stall: "body" }, { status: 200, error: "Timeout" }, BOTH],
  "a web page with status 200": [{ html: true }, { status: 200, error: "APIError" }, BOTH],
  "an empty body": [{ empty: true }, { status: 200, error: "APIError" }, BOTH],
  "an error with status 200": [{ errorIn200: true }, { status: 200, error: "InternalServerError" }, BOTH],
  "a rate limit with status 200": [
    { errorIn200: { code: "rate_limit_exceeded" } },
    { status: 200, error: "RateLimitError" },
    BOTH,
  ],
  "JSON that is cut off": [{ truncate: true }, { status: 200, error: "APIError" }, WHOLE],
  "a connection that breaks in the body": [{ cut: true }, { status: 200, error: "APIConnectionError" }, WHOLE],
  "JSON that is no answer": [{ body: { answer: "no" } }, { status: 200, error: "APIError" }, WHOLE],
  "JSON that is a list": [{ body: [] }, { status: 200, error: "APIError" }, WHOLE],
  "a stream that ends before its content": [{ truncate: 200 }, { status: 200, error: "APIError" }, STREAMED],
  "a stream that breaks before its content": [
    { cut: { afterEvents: 1 } },
    { status: 200, error: "APIConnectionError" },
    STREAMED,
  ],
  "a stream that is silent before its content": [{ stall: { afterEvents: 1 } }, { status: 200, error: "Timeout" }, STREAMED],
  "an error event before the content": [{ errorEvent: { at: 1 } }, { status: 200, error: "InternalServerError" }, STREAMED],
  "a stream of nothing but its end": [{ events: ["[DONE]"] }, { status: 200, error: "APIError" }, STREAMED],
};

/** The program at the top of the manual, with two servers of our own. */
const config = (one, two) => ({
  model_list: [
    {
      model_name: GROUP,
      litellm_params: { model: "openai/model-one", api_key: "sk-one", api_base: `${one}/v1`, order: 1, timeout: 0.1 },
      model_info: { id: "one" },
    },
    {
      model_name: GROUP,
      litellm_params: { model: "openai/model-two", api_key: "sk-two", api_base: `${two}/v1`, order: 2 },
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
function assertSecond(outcome, way, first) {
  assert.equal(outcome.failed, undefined, JSON.stringify(outcome.failed));
  assert.equal(outcome.status, 200, JSON.stringify(outcome.error));
  assert.match(outcome.text, /\btwo\b/);
  assert.equal(outcome.model_used, "openai/model-two");
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

/**
 * Fails over in one runtime, in every way of calling.
 * @param {string} runtime its name
 * @param {(scenario: object) => Promise<any>} perform makes the call there, see `perform.js`
 * @param {object} [options]
 * @param {(handler: (request: Request) => Promise<Response>) => typeof handler} [options.served] wraps the providers
 * @param {Record<string, object>} [options.differs] by fault, how the attempt is recorded there instead
 */
export function failover(runtime, perform, { served = (handler) => handler, differs = {} } = {}) {
  describe(`failover, on ${runtime}`, { timeout: 60_000 }, () => {
    let one;
    let two;
    let servers;
    let closedPort;

    before(async () => {
      const { fakeProvider } = await importPacked("switchman/testkit");
      const { serveFetch, serveProvider } = await importPacked("switchman/testkit/server");
      one = fakeProvider({ name: "one" });
      two = fakeProvider({ name: "two" });
      const serve = (provider) => serveProvider({ fetch: served((request) => provider.fetch(request, { redirect: "manual" })) });
      servers = await Promise.all([serve(one), serve(two)]);
      const gone = await serveFetch(() => new Response());
      await gone.close();
      closedPort = gone.url;
    });

    after(async () => {
      for (const server of servers ?? []) await server.close();
    });

    for (const way of WAYS) {
      describe(`${way}, on ${runtime}`, () => {
        test("the second is not called while the first is well", async () => {
          one.reset();
          two.reset();
          const outcome = await perform({ config: patient(config(servers[0].url, servers[1].url)), way });
          assert.equal(outcome.failed, undefined, JSON.stringify(outcome.failed));
          assert.match(outcome.text, /\bone\b/);
          assert.deepEqual([outcome.model_used, outcome.model_id, outcome.retries], ["openai/model-one", "one", 0]);
          assert.equal(one.calls.length, 1);
          assert.equal(two.calls.length, 0);
          assert.equal(outcome.running, 0);
        });

        for (const [name, [fault, first, where]] of Object.entries(FAULTS)) {
          if (!where.includes(way)) continue;
          test(name, async () => {
            one.reset();
            two.reset();
            one.script(fault);
            const needsTimeout = "stall" in fault;
            const plain = config(servers[0].url, servers[1].url);
            const outcome = await perform({ config: needsTimeout ? plain : patient(plain), way });
            assertSecond(outcome, way, { ...first, ...differs[name] });
            assert.equal(one.calls.length, 1);
            assert.equal(two.calls.length, 1);
            await one.when(({ open }) => open === 0);
          });
        }

        test("nobody listens at the first one's port", async () => {
          two.reset();
          const outcome = await perform({ config: patient(config(closedPort, servers[1].url)), way });
          assertSecond(outcome, way, { status: null, error: "APIConnectionError" });
          assert.equal(two.calls.length, 1);
        });
      });
    }
  });
}
