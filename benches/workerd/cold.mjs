/**
 * How long a new isolate takes to its first answer. Fresh ones are had from a loader inside one running workerd: a start of
 * the whole runtime takes a hundred times as long, and would hide what is asked. Wall time seen from here, the way to the
 * runtime and back included on both sides.
 */

import assert from "node:assert/strict";
import { at, textOf } from "../../scripts/project.mjs";
import { bundleWorker } from "../../scripts/worker.mjs";
import { ANSWER } from "../payload.js";
import { addedOf, inTurns } from "../ratio.mjs";

/** Isolates that are started before anything is measured, of each kind. */
const WARM_UP = 3;

/**
 * @param {{ rounds: number }} effort
 * @returns {Promise<import("../ratio.mjs").AddedRow[]>}
 */
export async function measureWorkerdColdStart({ rounds }) {
  const { run, stop } = await startLoader();
  try {
    const start = (kind) => () => run(kind);
    for (const kind of ["router", "compiled", "empty"]) for (let left = WARM_UP; left > 0; left -= 1) await run(kind);
    const row = { title: "workerd: new isolate to first answer", unit: "ms" };
    const rows = [
      { ...row, name: "cold-workerd", baseline: "an empty worker", kind: "empty", aim: 10 },
      // The difference to the row above is the runtime's own: it compiles the wasm anew for each isolate here.
      { ...row, name: "cold-workerd-compiled", baseline: "the wasm imported, not instantiated", kind: "compiled" },
    ];
    const measured = [];
    for (const { kind, ...told } of rows) {
      measured.push({ ...told, ...(await inTurns(rounds, { router: start("router"), against: start(kind) }, addedOf)) });
    }
    return measured;
  } finally {
    await stop();
  }
}

async function startLoader() {
  const { Miniflare } = await import("miniflare");
  const [{ contents: router }, { path, contents: wasm }] = await bundleWorker(at("benches", "workerd", "cold-router.js"));
  const compatibilityDate = /^compatibility_date = "(.+)"/m.exec(textOf("wrangler.toml"))[1];
  const loader = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    modules: [
      { type: "ESModule", path: "index.js", contents: textOf("benches/workerd/cold-loader.js") },
      { type: "Text", path: "router.txt", contents: router },
      { type: "Data", path: "module.bin", contents: wasm },
    ],
    compatibilityDate,
    workerLoaders: { LOADER: {} },
    bindings: { COMPATIBILITY_DATE: compatibilityDate, WASM: path.replace("./", ""), ANSWER: JSON.stringify(ANSWER) },
  });
  await loader.ready;
  let count = 0;
  return {
    async run(kind) {
      count += 1;
      const before = performance.now();
      const response = await loader.dispatchFetch(`http://loader/${kind}/${count}`);
      const text = await response.text();
      const ms = performance.now() - before;
      assert.equal(response.status, 200, text);
      assert.equal(JSON.parse(text).choices[0].message.content, ANSWER.choices[0].message.content);
      return ms;
    },
    stop: () => loader.dispose(),
  };
}
