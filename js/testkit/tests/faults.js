/**
 * Every kind of fault, behind `fetch` and behind a socket.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faultKinds, openaiError } from "../index.js";
import { streamFaults } from "./stream-faults.js";
import {
  CHAT,
  FACES,
  LIMIT,
  SSE_TYPE,
  STREAM,
  chunksOf,
  contentOf,
  drain,
  eventsOf,
  firstEvents,
  framed,
  reach,
  readEvents,
} from "./support.js";

const JSON_TYPE = "application/json";
const RATE_LIMIT = {
  error: {
    message: "Rate limit reached for requests. Please try again later.",
    type: "requests",
    param: null,
    code: "rate_limit_exceeded",
  },
};

/**
 * One row a fault: what to ask, and what comes back. `text` is computed from the same answer without the fault;
 * `status` is 200 and the content type as without the fault unless said.
 */
const FAULT_CASES = [
  {
    fault: { status: 429, headers: { "Retry-After": "7" } },
    status: 429,
    headers: { "retry-after": "7", "x-request-id": "req_alpha_1" },
    json: RATE_LIMIT,
  },
  { fault: { status: 500 }, ask: STREAM, status: 500, type: JSON_TYPE, json: openaiError(500) },
  { fault: { status: 201 }, status: 201, text: (whole) => whole },
  { fault: { status: 204 }, status: 204, text: () => "" },
  { fault: { status: 400, body: openaiError(400, { code: "x" }) }, status: 400, json: openaiError(400, { code: "x" }) },
  { fault: { body: "gone" }, type: "text/plain; charset=utf-8", text: () => "gone" },
  { fault: { body: Uint8Array.of(65, 66) }, type: "application/octet-stream", text: () => "AB" },
  {
    fault: { headers: { "X-RateLimit-Remaining-Requests": "3" } },
    headers: { "x-ratelimit-remaining-requests": "3" },
    text: (whole) => whole,
  },
  { fault: { html: true }, type: "text/html; charset=utf-8", check: ({ text }) => assert.match(text, /^<!doctype html>/) },
  { fault: { html: true, status: 502 }, status: 502, type: "text/html; charset=utf-8" },
  { fault: { empty: true }, ask: STREAM, text: () => "" },
  { fault: { truncate: true }, text: (whole) => whole.slice(0, Math.floor(whole.length / 2)) },
  { fault: { truncate: 10 }, text: (whole) => whole.slice(0, 10) },
  { fault: { errorIn200: true }, ask: STREAM, type: JSON_TYPE, json: openaiError(500) },
  { fault: { errorIn200: { message: "Busy" } }, json: openaiError(500, { message: "Busy" }) },
  {
    fault: { redirect: "http://else.test/" },
    status: 302,
    type: null,
    headers: { location: "http://else.test/" },
    text: () => "",
  },
  { fault: { contentType: "text/odd" }, type: "text/odd", text: (whole) => whole },
  { fault: { events: ["x"], headers: { a: "1" } }, type: SSE_TYPE, headers: { a: "1" }, text: () => "data: x\n\n" },
  { fault: { events: [{ a: 1 }, "[DONE]"] }, type: SSE_TYPE, text: () => 'data: {"a":1}\n\ndata: [DONE]\n\n' },
  {
    fault: { malformedEvent: { at: 2 } },
    ask: STREAM,
    check({ text, whole }) {
      const events = eventsOf(text);
      assert.throws(() => JSON.parse(events[2]), SyntaxError);
      assert.deepEqual(events.toSpliced(2, 1), eventsOf(whole));
    },
  },
  { fault: { errorEvent: { at: 0 } }, ask: STREAM, text: () => framed([JSON.stringify(openaiError(500))]) },
  {
    fault: { errorEvent: { at: 3, error: { code: "x" } } },
    ask: STREAM,
    text: (whole) => firstEvents(3)(whole) + framed([JSON.stringify(openaiError(500, { code: "x" }))]),
  },
  { fault: { crlf: true }, ask: STREAM, text: (whole) => whole.replaceAll("\n", "\r\n") },
  { fault: { splitBytes: 3 }, ask: STREAM, text: (whole) => whole },
  { fault: { splitBytes: "random", seed: 9 }, ask: STREAM, text: (whole) => whole },
  { fault: { hugeBody: 300_000 }, text: (whole) => whole + " ".repeat(300_000) },
  {
    fault: { hugeBody: 300_000 },
    ask: STREAM,
    check({ text, whole }) {
      assert.ok(eventsOf(text)[1].length > 300_000);
      assert.deepEqual(chunksOf(text), chunksOf(whole));
    },
  },
  { fault: { cut: { afterEvents: 3, how: "close" } }, ask: STREAM, text: firstEvents(3) },
  { fault: { cut: { afterBytes: 70, how: "close" } }, ask: STREAM, text: (whole) => whole.slice(0, 70) },
  { fault: { latencyMs: 40 }, text: (whole) => whole, waits: () => [40] },
  { fault: { latencyMs: 40, status: 503 }, status: 503, json: openaiError(503), waits: () => [40] },
  {
    fault: { chunkDelayMs: 5 },
    ask: STREAM,
    text: (whole) => whole,
    waits: (whole) => Array(eventsOf(whole).length - 1).fill(5),
  },
];

/** A connection that breaks in the body: what arrives first. */
const BREAKS = [
  { ask: STREAM, cut: true, kept: firstEvents(2) },
  { ask: STREAM, cut: { afterEvents: 4 }, kept: firstEvents(4) },
  { ask: STREAM, cut: { afterBytes: 100 }, kept: (whole) => whole.slice(0, 100) },
  { ask: STREAM, cut: { afterBytes: 0 }, kept: () => "" },
  { ask: CHAT, cut: true, kept: (whole) => whole.slice(0, Math.floor(whole.length / 2)) },
];

it("the cases cover every kind of fault", () => {
  const covered = new Set([...FAULT_CASES.flatMap(({ fault }) => Object.keys(fault)), ...streamFaults, "refuse", "stall"]);
  assert.deepEqual([...covered].sort(), [...faultKinds].sort());
});

for (const face of Object.keys(FACES)) {
  describe(`faults behind ${face}`, LIMIT, () => {
    for (const { fault, ask = CHAT, status = 200, type, headers = {}, text, json, waits = () => [], check } of FAULT_CASES) {
      it(`${JSON.stringify(fault)}${ask.stream ? " (stream)" : ""}`, async (t) => {
        const waited = [];
        const { provider, chat } = await reach(face, t, { sleep: async (ms) => void waited.push(ms) });
        const usual = await chat(ask);
        const whole = await usual.text();
        provider.reset();
        provider.script(fault);
        const response = await chat(ask, { redirect: "manual" });
        const got = await response.text();
        assert.equal(response.status, status);
        assert.equal(response.headers.get("content-type"), type === undefined ? usual.headers.get("content-type") : type);
        for (const [name, value] of Object.entries(headers)) assert.equal(response.headers.get(name), value);
        if (text) assert.equal(got, text(whole));
        if (json) assert.deepEqual(JSON.parse(got), json);
        check?.({ text: got, whole });
        assert.deepEqual(waited, waits(whole));
        const [call] = provider.calls;
        assert.deepEqual([call.fault, call.status, call.finished, provider.open], [fault, status, true, 0]);
      });
    }

    for (const { ask, cut, kept } of BREAKS) {
      it(`{"cut":${JSON.stringify(cut)}} breaks ${ask.stream ? "a stream" : "a body"}`, async (t) => {
        const { provider, chat } = await reach(face, t);
        const whole = await (await chat(ask)).text();
        provider.reset();
        provider.script({ cut });
        const response = await chat(ask);
        assert.equal(response.status, 200);
        const { text, error } = await drain(response);
        assert.equal(text, kept(whole));
        assert.ok(error instanceof TypeError);
        const { finished, aborted, cancelled } = provider.calls[0];
        assert.deepEqual([finished, aborted, cancelled, provider.open], [false, false, false, 0]);
      });
    }

    it("refuse: no response, then the next call is answered", async (t) => {
      const { provider, chat } = await reach(face, t);
      provider.script({ refuse: true });
      const error = await chat(CHAT).then(assert.fail, (reason) => reason);
      assert.ok(error instanceof TypeError);
      assert.equal(error.message, "fetch failed");
      assert.match(error.cause.code, face === "fetch" ? /^ECONNREFUSED$/ : /^(UND_ERR_SOCKET|ECONNRESET)$/);
      assert.deepEqual([provider.calls[0].finished, provider.open], [false, 0]);
      assert.equal((await chat(CHAT)).status, 200);
    });

    it("stall at the head, until the caller gives up", async (t) => {
      const { provider, chat } = await reach(face, t, { faults: { stall: "head" } });
      const caller = new AbortController();
      const answer = chat(CHAT, { signal: caller.signal });
      await provider.when(({ open }) => open === 1);
      caller.abort();
      await assert.rejects(answer, { name: "AbortError" });
      await provider.when(({ calls, open }) => calls[0].aborted && open === 0);
      assert.equal(provider.calls[0].status, undefined);
    });

    for (const [stall, count] of [
      ["body", 0],
      [{ afterEvents: 2 }, 2],
    ]) {
      it(`stall ${JSON.stringify(stall)}: abort and cancel are recorded`, async (t) => {
        const { provider, chat } = await reach(face, t, { faults: { stall } });
        const caller = new AbortController();
        const { reader, events } = await readEvents(await chat(STREAM, { signal: caller.signal }), count);
        assert.deepEqual([events.length, provider.open], [count, 1]);
        const next = reader.read();
        caller.abort();
        await assert.rejects(next, { name: "AbortError" });
        await provider.when(({ calls, open }) => calls[0].aborted && open === 0);

        const { reader: second } = await readEvents(await chat(STREAM), count);
        await second.cancel();
        // Over a socket, a reader that cancels is a client that leaves.
        await provider.when(({ calls, open }) => calls[1][face === "fetch" ? "cancelled" : "aborted"] && open === 0);
        assert.deepEqual(
          provider.calls.map(({ finished }) => finished),
          [false, false],
        );
      });
    }

    it("a stream hands on each event before the next one exists", async (t) => {
      const gate = {};
      const asleep = new Promise((resolve) => (gate.enter = resolve));
      const awake = new Promise((resolve) => (gate.open = resolve));
      const { chat } = await reach(face, t, { chunkDelayMs: 1, words: 1, sleep: () => (gate.enter(), awake) });
      const { reader, events } = await readEvents(await chat(STREAM), 1);
      assert.deepEqual(
        events.map((data) => JSON.parse(data).choices[0].delta.content),
        [""],
      );
      const next = reader.read();
      await asleep;
      gate.open();
      assert.match(new TextDecoder().decode((await next).value), /"content":"alpha"/);
      await reader.cancel();
    });

    it("split UTF-8 comes together again", async (t) => {
      const reply = "Žluťoučký kůň 馬 🐎 pěl ";
      const { chat } = await reach(face, t, { reply, faults: { splitBytes: 1 } });
      assert.equal(contentOf(chunksOf(await (await chat(STREAM)).text())), reply);
    });

    it("a queue, then a standing choice, then none", async (t) => {
      const { provider, chat } = await reach(face, t, { faults: [{ status: 500 }, undefined, (n) => ({ status: 400 + n })] });
      const statuses = async (count) => {
        const seen = [];
        for (let i = 0; i < count; i++) seen.push((await chat(CHAT)).status);
        return seen;
      };
      assert.deepEqual(await statuses(4), [500, 200, 403, 200]);
      provider.setFaults([{ status: 503 }, undefined]);
      provider.script({ status: 429 });
      assert.deepEqual(await statuses(5), [429, 503, 200, 503, 200]);
      provider.setFaults((n, { path }) => path.endsWith("completions") && n % 2 === 0 && { status: 502 });
      assert.deepEqual(await statuses(2), [502, 200]);
      provider.setFaults();
      assert.deepEqual(await statuses(1), [200]);
      provider.reset();
      assert.deepEqual([await statuses(1), provider.calls.map(({ n }) => n)], [[500], [1]]);
    });
  });
}
