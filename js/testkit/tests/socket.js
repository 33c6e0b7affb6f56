/**
 * What only a socket shows: bytes, ports, clients that leave; and serving any fetch handler.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { fakeProvider } from "../index.js";
import { serveFetch, serveProvider } from "../server.js";
import { LIMIT } from "./support.js";

describe("on a socket", LIMIT, () => {
  it("a refusal closes before a byte; close() ends what stalls and frees the port", async (t) => {
    const provider = fakeProvider({ faults: [{ refuse: true }, { stall: "body" }] });
    const server = await serveProvider(provider);
    t.after(() => server.close());
    const socket = connect(server.port, "127.0.0.1");
    socket.end("GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n");
    assert.deepEqual(await socket.toArray(), []);
    const stalled = await fetch(`${server.url}/v1/models`);
    await assert.rejects(serveProvider(provider, { port: server.port }), { code: "EADDRINUSE" });
    await Promise.all([server.close(), server.close()]);
    await assert.rejects(stalled.text(), TypeError);
    await provider.when(({ calls, open }) => calls[1].aborted && open === 0);
    await (await serveProvider(provider, { port: server.port })).close();
  });

  it("serveFetch hands over requests, signals and errors", async (t) => {
    const seen = {};
    const entered = new Promise((resolve) => (seen.enter = resolve));
    const left = new Promise((resolve) => (seen.leave = resolve));
    const cancelled = new Promise((resolve) => (seen.cancel = resolve));
    const handlers = {
      "/echo": async ({ method, url, ...rest }, text) => new Response(`${method} ${new URL(url).search} ${text}`, rest),
      "/fail": () => {
        throw new Error("handler failed");
      },
      "/wait": ({ signal }) => {
        signal.addEventListener("abort", seen.leave);
        seen.enter();
        return new Response(new ReadableStream({ cancel: seen.cancel }));
      },
    };
    const headers = [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ];
    const server = await serveFetch(async (request) => {
      const { method, url, signal } = request;
      return handlers[new URL(url).pathname]({ method, url, signal, headers }, await request.text());
    });
    t.after(() => server.close());
    const response = await fetch(`${server.url}/echo?x=1`, { method: "PUT", body: "böse" });
    assert.equal(await response.text(), "PUT ?x=1 böse");
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    const failed = await fetch(`${server.url}/fail`);
    assert.deepEqual([failed.status, (await failed.json()).error.message], [500, "handler failed"]);
    const caller = new AbortController();
    const waiting = fetch(`${server.url}/wait`, { signal: caller.signal }).then((answer) => answer.text());
    await entered;
    caller.abort();
    await assert.rejects(waiting, { name: "AbortError" });
    await Promise.all([left, cancelled]);
  });

  it("a client that stops reading and leaves is an abort", async (t) => {
    const provider = fakeProvider({ faults: { hugeBody: 100_000_000 } });
    const server = await serveProvider(provider);
    t.after(() => server.close());
    const socket = connect(server.port, "127.0.0.1");
    socket.write("GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(socket, "readable");
    socket.destroy();
    await provider.when(({ calls, open }) => calls[0].aborted && open === 0);
  });
});
