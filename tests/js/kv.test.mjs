/** The store in Workers KV: what it writes and how often, and what isolates of workerd share through it. */

import assert from "node:assert/strict";
import { after, before, describe, mock, test } from "node:test";
import { at, textOf } from "../../scripts/project.mjs";
import { bundleWorker } from "../../scripts/worker.mjs";
import { importPacked, packed } from "./pack.mjs";

const { kvStore } = await importPacked("switchman/stores/kv");

/** A namespace in memory that keeps the books. */
function namespace() {
  const values = new Map();
  const calls = { reads: [], writes: [] };
  return {
    values,
    ...calls,
    async get(key, options) {
      calls.reads.push({ key, options });
      return values.get(key) ?? null;
    },
    async put(key, value, options) {
      calls.writes.push({ key, options });
      values.set(key, value);
    },
  };
}

const max = (key, value, ttl = 7_200) => ({ key: `sw1/default/${key}`, kind: "max", value, ttl });
const put = (key, value, ttl = 600) => ({ key: `sw1/default/${key}`, kind: "put", value: Uint8Array.from(value), ttl });

describe("on its own", () => {
  before(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_800_000_000_000 }));
  after(() => mock.timers.reset());
  let batches = 0;
  const write = (store, ...ops) => store.apply(`batch-${(batches += 1)}`, ops);
  const read = async (store, ...keys) => store.load(keys.map((key) => `sw1/default/${key}`));
  /** Lets time pass, and everything that it sets off. */
  async function pass(ms) {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    mock.timers.tick(ms);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }

  test("a binding that is not there is told at once", () => {
    const env = {};
    for (const none of [env.STATE, null, {}, { get() {} }, "STATE"]) assert.throws(() => kvStore(none), { name: "TypeError", message: /KV namespace/ });
  });

  test("it says what it carries, and refuses the rest", async () => {
    const store = kvStore(namespace());
    assert.deepEqual(store.capabilities, { ops: ["max", "put"], freshMs: 30_000 });
    await assert.rejects(write(store, { key: "sw1/default/a/req/1", kind: "add", value: 1, ttl: 60 }), TypeError);
  });

  test("a router has one key, read once for all that is asked", async () => {
    const kv = namespace();
    const store = kvStore(kv, { cacheTtl: 30 });
    await write(store, max("a/cool", 5), put("a/lat", [1, 255]), max("b/c/cool", 7));
    assert.deepEqual(kv.writes, [{ key: "sw1/default", options: { expirationTtl: 7_200 } }]);
    kv.reads.length = 0;
    assert.deepEqual(await read(store, "b/c/cool", "a/lat", "none/cool", "a/cool"), [7, Uint8Array.of(1, 255), null, 5]);
    assert.deepEqual(kv.reads, [{ key: "sw1/default", options: { type: "text", cacheTtl: 30 } }]);
  });

  test("what two isolates write is merged, and the larger number stays", async () => {
    const kv = namespace();
    const [one, other] = [kvStore(kv), kvStore(kv)];
    await write(one, max("a/cool", 9), max("b/cool", 1));
    await write(other, max("a/cool", 5), max("c/cool", 3));
    assert.deepEqual(await read(one, "a/cool", "b/cool", "c/cool"), [9, 1, 3]);
  });

  test("a key is written at most once a second, with all that came meanwhile", async () => {
    const kv = namespace();
    const store = kvStore(kv);
    await write(store, max("a/cool", 1));
    const later = [write(store, max("a/cool", 2)), write(store, max("b/cool", 2)), write(store, max("a/cool", 3))];
    await pass(999);
    assert.equal(kv.writes.length, 1);
    await pass(1);
    await Promise.all(later);
    assert.equal(kv.writes.length, 2);
    assert.deepEqual(await read(store, "a/cool", "b/cool"), [3, 2]);
  });

  test("times alone are written once a minute", async () => {
    const kv = namespace();
    const store = kvStore(kv);
    for (let second = 0; second < 130; second += 10) {
      await write(store, put("a/lat", [second]));
      await pass(10_000);
    }
    assert.equal(kv.writes.length, 3);
    assert.deepEqual(await read(store, "a/lat"), [Uint8Array.of(120)]);
  });

  test("a write that KV refuses is told, and its values go with the next one", async () => {
    const kv = namespace();
    const store = kvStore(kv);
    const { put: works } = kv;
    kv.put = () => Promise.reject(new Error("429 Too Many Requests"));
    await assert.rejects(write(store, max("a/cool", 1)), /429/);
    kv.put = works;
    const next = write(store, max("b/cool", 2));
    await pass(1_000);
    await next;
    assert.deepEqual(await read(store, "a/cool", "b/cool"), [1, 2]);
  });

  test("what has expired is gone, and KV is never asked for less than a minute", async () => {
    const kv = namespace();
    const store = kvStore(kv);
    await write(store, max("a/cool", 1, 10));
    assert.equal(kv.writes[0].options.expirationTtl, 60);
    await pass(10_000);
    assert.deepEqual(await read(store, "a/cool"), [null]);
    await write(store, max("b/cool", 1, 100));
    assert.ok(!kv.values.get("sw1/default").includes("a/cool"));
  });

  test("garbage under the key is as good as nothing", async () => {
    const kv = namespace();
    const store = kvStore(kv);
    for (const text of ["", "{", "null", "[1]", '{"a/cool":5,"b/lat":["%",9e9],"c/cool":[{},9e9]}']) {
      kv.values.set("sw1/default", text);
      const [number, bytes] = await read(store, "a/cool", "b/lat");
      assert.deepEqual([number, bytes], [null, null], text);
    }
    const written = write(store, max("a/cool", 4));
    await pass(1_000);
    await written;
    assert.deepEqual(await read(store, "a/cool"), [4]);
  });
});

describe("in workerd", () => {
  let runtime;
  /** What each worker's deployment "one" answers, and who was asked how often. */
  const answers = {};
  const asked = [];

  before(async () => {
    const { Miniflare, Response } = await import("miniflare");
    const modules = await bundleWorker(at("tests", "js", "workers", "shared.js"), { packageIn: await packed() });
    const outboundService = (name) => (request) => {
      const deployment = new URL(request.url).hostname.split(".")[0];
      asked.push(`${name} ${deployment}`);
      const status = deployment === "one" ? (answers[name]?.() ?? 200) : 200;
      if (status !== 200) return new Response("{}", { status, headers: { "retry-after": "60" } });
      const message = { role: "assistant", content: "Hello" };
      return Response.json({ id: "x", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] });
    };
    const worker = (name, namespace, bindings = {}) => ({
      name,
      modules,
      compatibilityDate: /^compatibility_date = "(.+)"/m.exec(textOf("wrangler.toml"))[1],
      bindings,
      kvNamespaces: { STATE: namespace },
      outboundService: outboundService(name),
    });
    const workers = [
      worker("first", "shared"),
      worker("second", "shared"),
      worker("apart", "apart"),
      worker("troubled", "troubled", { HOSTILE: true }),
    ];
    runtime = new Miniflare({ workers, host: "127.0.0.1", port: 0 });
    await runtime.ready;
  });
  after(() => runtime?.dispose());

  const body = JSON.stringify({ model: "chat", messages: [{ role: "user", content: "Hi" }] });
  /** Makes a call in a worker, and tells which deployments it asked. */
  async function call(name) {
    const worker = await runtime.getWorker(name);
    const from = asked.length;
    const response = await worker.fetch("http://router.test/v1/chat/completions", { method: "POST", body });
    assert.equal(response.status, 200, await response.text());
    return asked.slice(from).map((one) => one.split(" ")[1]);
  }

  test("two isolates share a bench through KV, and a third of another namespace does not", { timeout: 60_000 }, async () => {
    assert.deepEqual([await call("second"), await call("apart")], [["one"], ["one"]]);
    answers.first = () => 429;
    assert.deepEqual(await call("first"), ["one", "two"]);
    const kv = await runtime.getKVNamespace("STATE", "first");
    while ((await kv.get("sw1/default")) === null) await new Promise(setImmediate);
    // What the store says comes beside a call, so the first one after it may still ask in vain.
    let calls = 0;
    for (let last = []; !last.includes("two"); calls += 1) last = await call("second");
    assert.ok(calls <= 20, `${calls} calls`);
    assert.deepEqual(await call("second"), ["two"]);
    assert.deepEqual(await call("apart"), ["one"]);
  });

  test("s104 with a store over KV that does its worst no call fails", { timeout: 60_000 }, async () => {
    let turn = 0;
    answers.troubled = () => ((turn += 1) % 5 === 0 ? 500 : 200);
    for (let n = 0; n < 120; n += 1) await call("troubled");
    const worker = await runtime.getWorker("troubled");
    const failures = Number(await (await worker.fetch("http://router.test/failures")).text());
    assert.ok(failures > 0, "the store has never failed");
  });
});
