/** The workerd cases: wall time of the whole chain, the relays in turns. */

import assert from "node:assert/strict";
import { ALIAS, ANSWER, chatRequest, MODEL, streamChunks } from "../payload.js";
import { ratioOf } from "../ratio.mjs";
import { startChain } from "./chain.mjs";

/**
 * `count`: how many requests one measurement is made of; `warmUp`: how many go before the first. It takes thousands until a
 * relay's code is compiled as well as it will be, more of them the more code there is; a long stream is thousands by itself.
 */
const cases = [
  { name: "workerd-1k", title: "fetch(request), 1 KB", warmUp: 20_000, count: 100, against: { "by-hand": { aim: 1.1 }, "hand-on": {} } },
  { name: "workerd-stream-100", title: "fetch(request), 100 chunks", chunks: 100, warmUp: 300, count: 16, against: { "hand-on": {}, "by-hand": {} } },
  { name: "workerd-stream-2000", title: "fetch(request), 2,000 chunks", chunks: 2_000, warmUp: 15, count: 1, against: { "hand-on": { aim: 1.25 }, "by-hand": {} } },
];
const RELAYS = ["router", "by-hand", "hand-on"];

/**
 * @param {{ rounds: number, share: number }} effort `share` of each case's requests
 * @returns {Promise<import("../ratio.mjs").Row[]>}
 */
export async function measureWorkerd({ rounds, share }) {
  const chain = await startChain();
  try {
    const rows = [];
    for (const one of cases) rows.push(...(await rowsOf(chain, one, rounds, share)));
    return rows;
  } finally {
    await chain.stop();
  }
}

async function rowsOf(chain, one, rounds, share) {
  const [warmUp, count] = [one.warmUp, one.count].map((number) => Math.ceil(number * share));
  const micros = Object.fromEntries(RELAYS.map((relay) => [relay, []]));
  const failed = {};
  for (const relay of RELAYS) {
    try {
      checkAnswer(one, (await chain.run(relay, bodyFor(relay, one), 1)).text);
      await chain.run(relay, bodyFor(relay, one), warmUp);
    } catch (error) {
      failed[relay] = `${relay}: ${error.message}`;
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    // Each round begins with another relay, so that a load that comes or goes favours nobody.
    for (let index = 0; index < RELAYS.length; index += 1) {
      const relay = RELAYS[(round + index) % RELAYS.length];
      if (!failed[relay]) micros[relay].push(await perRequest(chain, relay, bodyFor(relay, one), count));
    }
  }
  return Object.entries(one.against).map(([baseline, aims]) => {
    const row = { name: `${one.name}-${baseline}`, title: one.title, baseline, ...aims };
    const failure = failed.router ?? failed[baseline];
    return failure ? { ...row, failure } : { ...row, ...ratioOf(micros.router, micros[baseline]) };
  });
}

/** µs per request, without the way to the client and back. */
async function perRequest(chain, relay, body, count) {
  const { ms: way } = await chain.run(relay, body, 0);
  const { ms } = await chain.run(relay, body, count);
  return ((ms - way) * 1000) / count;
}

/** What is handed on unseen must carry the provider's own name already. */
function bodyFor(relay, { chunks }) {
  const request = chatRequest({ kilobytes: 1, model: relay === "hand-on" ? MODEL : ALIAS, isStream: chunks !== undefined });
  return JSON.stringify(chunks === undefined ? request : { ...request, max_tokens: chunks });
}

function checkAnswer({ chunks }, text) {
  if (chunks === undefined) assert.deepEqual(JSON.parse(text), ANSWER, "the answer is not the provider's");
  else assert.equal(text, Buffer.concat(streamChunks(chunks)).toString(), "the events are not the provider's");
}
