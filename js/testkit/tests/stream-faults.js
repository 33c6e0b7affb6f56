/**
 * Faults inside a stream, in every dialect, behind `fetch` and behind a socket.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DIALECTS, blocksIn, eventsIn, speak, textOf } from "./dialects.js";
import { FACES, LIMIT, drain } from "./support.js";

const REPLY = "Žluťoučký kůň 馬 🐎 pěl ďábelské ódy";

/** Faults that a reader must not notice. `marks` says how the stream differs nevertheless. */
const HARMLESS = [
  { fault: { crlf: true }, marks: ({ text }) => assert.doesNotMatch(text, /[^\r]\n/) },
  { fault: { splitBytes: 1 }, marks: ({ text, whole }) => assert.equal(text, whole) },
  {
    fault: { splitUtf8: true },
    marks({ text, whole, chunks, face }) {
      assert.equal(text, whole);
      // A socket may join what the provider parted.
      if (face === "fetch") assert.equal(chunks.filter((bytes) => bytes.at(-1) >= 0xc0).length, nonAscii(whole));
    },
  },
  {
    fault: { splitCrlf: true },
    marks({ text, whole, chunks, face }) {
      assert.equal(text, whole.replaceAll("\n", "\r\n"));
      if (face !== "fetch") return;
      assert.equal(chunks.filter((bytes) => bytes.at(-1) === 13).length, whole.split("\n").length - 1);
      assert.ok(chunks.every((bytes) => bytes.length === 1 || bytes.lastIndexOf(10) <= 0));
    },
  },
  {
    fault: { comments: true },
    marks({ text, whole }) {
      const told = blocksIn(whole).flatMap(({ name, data }) => [
        { name: undefined, data: undefined, comments: ["keep-alive"] },
        { name, data, comments: ["keep-alive"] },
      ]);
      assert.deepEqual(blocksIn(text), told);
    },
  },
  { fault: { comments: "busy", crlf: true }, marks: ({ text }) => assert.match(text, /^: busy\r\n\r\n.*\r\n: busy\r\n\r\n/s) },
  {
    fault: { pings: true },
    marks({ text, whole, isPing }) {
      const [before, after] = [whole, text].map(blocksIn);
      assert.equal(after.length, 2 * before.length - 1);
      assert.ok(after.every((block, index) => index % 2 === 0 || isPing(block)));
    },
  },
  {
    fault: { hugeBody: 400_000 },
    marks({ text, contentAt }) {
      const lengths = eventsIn(text).map(({ data }) => data.length);
      assert.equal(
        lengths.findIndex((length) => length > 400_000),
        contentAt,
      );
      assert.equal(lengths.filter((length) => length > 2_000).length, 1);
    },
  },
  { fault: { chunkDelayMs: 0, seed: 3, comments: true, pings: true, splitCrlf: true, splitBytes: "random", splitUtf8: true } },
];

const nonAscii = (text) => [...text].filter((character) => character > "\x7f").length;

/** Faults that end a stream another way: `kept` are the events that remain of the usual ones, `then` looks at the rest. */
const ENDINGS = [
  { fault: { unterminated: true }, kept: (events) => events.slice(0, -1) },
  { fault: { cut: { afterEvents: 5, how: "close" } }, kept: (events) => events.slice(0, 5) },
  { fault: { cut: { afterEvents: 5 } }, kept: (events) => events.slice(0, 5), breaks: true },
  { fault: { cut: true }, kept: (events, { contentAt }) => events.slice(0, contentAt + 1), breaks: true },
  { fault: { cut: { afterEvents: 1 }, splitUtf8: true, splitCrlf: true }, kept: (events) => events.slice(0, 1), breaks: true },
  { fault: { errorEvent: true }, kept: () => [], then: failed },
  { fault: { errorEvent: { at: 4 } }, kept: (events) => events.slice(0, 4), then: failed },
  { fault: { errorEvent: { at: "end" } }, kept: (events) => events.slice(0, -1), then: failed },
  { fault: { errorEvent: { at: 2, error: { type: "odd" } } }, kept: (events) => events.slice(0, 2), then: odd },
];

function failed([event, ...more], { failure }) {
  assert.deepEqual([more.length, event.name], [0, failure.name]);
  const { error } = JSON.parse(event.data);
  assert.deepEqual([error.type ?? error.status, typeof error.message], [failure.type, "string"]);
}

function odd([event], { failure }) {
  assert.deepEqual([JSON.parse(event.data).error.type, event.name], ["odd", failure.name]);
}

/** The kinds that are tried here. */
export const streamFaults = new Set(["drip", ...[...HARMLESS, ...ENDINGS].flatMap(({ fault }) => Object.keys(fault))]);

for (const [dialect, about] of Object.entries(DIALECTS)) {
  for (const face of Object.keys(FACES)) {
    describe(`streams of ${dialect} behind ${face}`, LIMIT, () => {
      const twice = async (t, fault) => {
        const { provider, stream } = await speak(dialect, face, t, { reply: REPLY });
        const whole = await (await stream()).text();
        provider.reset();
        provider.script(fault);
        return { provider, whole, response: await stream() };
      };

      for (const { fault, marks } of HARMLESS) {
        it(`${JSON.stringify(fault)} changes nothing that is said`, async (t) => {
          const { provider, whole, response } = await twice(t, fault);
          const chunks = [];
          for await (const chunk of response.body) chunks.push(chunk);
          const text = Buffer.concat(chunks).toString();
          assert.equal(textOf(dialect, eventsIn(text)), REPLY);
          const said = (from) => eventsIn(from).filter((event) => !about.isPing(event));
          assert.deepEqual(said(text).map(values), said(whole).map(values));
          marks?.({ text, whole, chunks, face, ...about });
          assert.deepEqual([provider.calls[0].finished, provider.open], [true, 0]);
        });
      }

      for (const { fault, kept, then, breaks = false } of ENDINGS) {
        it(`${JSON.stringify(fault)} ends it otherwise`, async (t) => {
          const { provider, whole, response } = await twice(t, fault);
          const { text, error } = await drain(response);
          const events = eventsIn(text);
          const expected = kept(eventsIn(whole), about);
          assert.deepEqual(events.slice(0, expected.length).map(values), expected.map(values));
          if (then) then(events.slice(expected.length), about);
          else assert.equal(events.length, expected.length);
          assert.equal(events.some(about.isEnd), false);
          assert.equal(error instanceof TypeError, breaks);
          assert.deepEqual([provider.calls[0].finished, provider.open], [!breaks, 0]);
        });
      }

      it("a malformed event stands where it is told", async (t) => {
        const { whole, response } = await twice(t, { malformedEvent: { at: 4 } });
        const events = eventsIn(await response.text());
        assert.throws(() => JSON.parse(events[4].data), SyntaxError);
        assert.deepEqual(events.toSpliced(4, 1), eventsIn(whole));
      });

      it("a stall keeps the connection until the caller gives up", async (t) => {
        const { provider, response } = await twice(t, { stall: { afterEvents: 4 } });
        const reader = eventReader(response);
        for (let i = 0; i < 4; i++) await reader.next();
        assert.equal(provider.open, 1);
        await reader.cancel();
        await provider.when(({ open }) => open === 0);
        assert.equal(provider.calls[0].finished, false);
      });

      it("a drip waits for each event to be let go", async (t) => {
        const { provider, stream, ask } = await speak(dialect, face, t, { reply: REPLY, faults: [{ drip: true }] });
        const reader = eventReader(await stream());
        const events = [await reader.next()];
        let isEarly = true;
        const second = reader.next().then((event) => {
          assert.equal(isEarly, false, "the second event came by itself");
          return event;
        });
        // A whole exchange of another call passes meanwhile.
        assert.equal(about.wholeText(await (await ask({})).json()), REPLY);
        isEarly = false;
        provider.release();
        events.push(await second);
        provider.release(2);
        events.push(await reader.next(), await reader.next());
        for (;;) {
          provider.release();
          const event = await reader.next();
          if (event === undefined) break;
          events.push(event);
        }
        assert.equal(textOf(dialect, events), REPLY);
        assert.ok(about.isEnd(events.at(-1)));
        assert.deepEqual([provider.calls[0].finished, provider.open], [true, 0]);
      });

      it("a drip counts an event in several blocks as one, opens for good, and ends with its reader", async (t) => {
        const { provider, stream } = await speak(dialect, face, t, { faults: { drip: true, hugeBody: 200_000 } });
        const reader = eventReader(await stream());
        const first = [await reader.next()];
        provider.release(about.contentAt);
        while (first.length <= about.contentAt) first.push(await reader.next());
        assert.ok(first.at(-1).data.length > 200_000);
        provider.release(Infinity);
        while (!about.isEnd(first.at(-1))) first.push(await reader.next());

        const left = eventReader(await stream());
        await left.next();
        await left.cancel();
        await provider.when(({ open }) => open === 0);
        for (const count of [0, -1, 1.5, "2"]) assert.throws(() => provider.release(count), /release takes/);
      });
    });
  }
}

/** An event's name and its data as a value. */
function values({ name, data }) {
  try {
    return [name, JSON.parse(data)];
  } catch {
    return [name, data];
  }
}

/** Reads one event after the other, as they come. */
function eventReader(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let taken = 0;
  return {
    async next() {
      for (;;) {
        const events = eventsIn(text);
        if (events.length > taken) return events[taken++];
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += decoder.decode(value, { stream: true });
      }
    },
    cancel: () => reader.cancel(),
  };
}
