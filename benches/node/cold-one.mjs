/**
 * One start, in a process of its own: `node benches/node/cold-one.mjs <router | empty>`
 *
 * Prints `{ ms }` as JSON: wall time from before the import to the first answer over a stub of a provider. The empty module
 * exports nothing, and the stub is called by hand. What any program that calls a provider has loaded, `Response` above all,
 * is loaded before.
 */

import { ALIAS, ANSWER, CONFIG, replyHeaders, UPSTREAM } from "../payload.js";

const stub = () => Promise.resolve(new Response(JSON.stringify(ANSWER), { headers: replyHeaders("application/json") }));
const request = { model: ALIAS, messages: [{ role: "user", content: "Hello" }] };

const STARTS = {
  async router() {
    const { Router } = await import("switchman");
    return new Router(CONFIG, { fetch: stub }).completion(request);
  },
  async empty() {
    await import("data:text/javascript,export {};");
    const response = await stub(UPSTREAM, { method: "POST", body: JSON.stringify(request), signal: new AbortController().signal });
    return response.json();
  },
};

const start = STARTS[process.argv[2]];
if (!start) throw new RangeError(`no start "${process.argv[2]}": ${Object.keys(STARTS).join(", ")}`);
await (await stub()).json();
const before = performance.now();
const answer = await start();
const ms = performance.now() - before;
if (answer.choices[0].message.content !== ANSWER.choices[0].message.content) throw new Error("the answer is not the provider's");
console.log(JSON.stringify({ ms }));
