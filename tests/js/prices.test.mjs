/** Price tables: how they are made, how large they are, and that programs get them. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { decimalOf, parseExact, pico } from "../../scripts/prices/decimal.mjs";
import { firstTier } from "../../scripts/prices/first.mjs";
import { keyOf } from "../../scripts/prices/keys.mjs";
import { tableOf, textOfTable } from "../../scripts/prices/table.mjs";
import { at } from "../../scripts/project.mjs";
import { TABLES, tableSizes } from "../../scripts/sizes.mjs";
import { costs } from "./cases/costs.js";
import { prices } from "./cases/prices.js";
import { importPacked, packed } from "./pack.mjs";
import { onBoth } from "./support/suite.mjs";

onBoth({ costs, prices });

const table = (name) => readFileSync(at("prices", `${name}.txt`), "utf8");

/** The line of one entry of LiteLLM's, and what was noted. */
function lineOf(entry) {
  const { lines, notes } = tableOf(parseExact(JSON.stringify({ "one/model": { litellm_provider: "one", mode: "chat", ...entry } })));
  return { line: lines.get("one/model"), notes };
}

const priceOf = (entry) => lineOf(entry).line.split(" ")[2] ?? "";

test("the tables are as small as they must be", () => {
  for (const { name, gzip } of tableSizes()) assert.ok(gzip <= TABLES[name], `${name}: ${gzip} bytes`);
});

test("the package holds the tables, and imports them", async () => {
  const folder = join(await packed(), "node_modules", "switchman");
  const { prices: full } = await importPacked("switchman/prices");
  assert.equal(full.text, table("full"));
  assert.ok(Object.isFrozen(full));
  const { default: first } = await import(join(folder, "dist", "prices", "first-tier.js"));
  assert.equal(first, table("first-tier"));
  assert.match(readFileSync(join(folder, "NOTICE"), "utf8"), /litellm[\s\S]*Berri AI/);
});

test("the full table knows what the first tier does not", async () => {
  const { Router } = await importPacked();
  const { prices: full } = await importPacked("switchman/prices");
  const api_base = "http://127.0.0.1:1";
  const config = { model_list: [{ model_name: "chat", litellm_params: { model: "openai/x", base_model: "moonshot/kimi-k2.5", api_base, api_key: "sk-1" } }] };
  const known = (host) => new Router(config, host).getModelGroupInfo("chat").input_cost_per_token;
  assert.equal(known({}), null);
  assert.ok(known({ prices: full }) > 0);
});

test("the entry without a wasm has no table unless it is given one", async () => {
  const folder = join(await packed(), "node_modules", "switchman");
  const program = `
    import { readFileSync } from "node:fs";
    import { Router, init } from "switchman/slim";
    import { prices } from "switchman/prices";
    await init(readFileSync(process.argv[1]));
    const config = { model_list: [{ model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "sk-1" } }] };
    const known = (host) => new Router(config, host).getModelGroupInfo("chat").input_cost_per_token;
    console.log(JSON.stringify([known({}), known({ prices }), known({ prices: false })]));`;
  const args = ["--input-type=module", "--eval", program, join(folder, "pkg", "switchman_bg.wasm")];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: await packed() });
  assert.deepEqual(JSON.parse(stdout), [null, 1.5e-7, null]);
});

test("amounts keep their digits", () => {
  const amount = (text) => decimalOf(/** @type {any} */ (pico(text)).pico);
  const texts = { "1.5e-07": ".15", "3e-06": "3", 0.04: "40000", "2.8e-9": ".0028", "0": "0", "0.0": "0", "1.0000000000000001e-07": ".1", "1e-12": ".000001" };
  for (const [text, told] of Object.entries(texts)) assert.equal(amount(text), told, text);
  assert.deepEqual(pico("3.59375e-08"), { pico: 35938n, exact: false });
  assert.deepEqual(pico("1e-07"), { pico: 100000n, exact: true });
  for (const wrong of ["-1", "free", "", "1e", "NaN"]) assert.equal(pico(wrong), undefined, wrong);
  assert.deepEqual(parseExact('{"a": [1.50e-07, "2 3", "\\"4"], "5": true}'), { a: ["1.50e-07", "2 3", '"4'], 5: true });
});

test("a price is told with its conditions", () => {
  const long = { input_cost_per_token: 1e-6, input_cost_per_token_above_200k_tokens: 2e-6, output_cost_per_token_batches: 5e-7 };
  assert.equal(priceOf(long), "i1>200i2%o.5");
  assert.equal(priceOf({ ...long, output_cost_per_token_above_200k_tokens_priority: 4e-6 }), "i1>200i2!>200o4%o.5");
  const search = { search_context_size_low: 0.01, search_context_size_medium: 0.02, search_context_size_high: 0.03 };
  assert.equal(priceOf({ input_cost_per_token: 0, search_context_cost_per_query: search }), "i0x10000y20000z30000");
  assert.equal(priceOf({ input_cost_per_token: 1e-6, provider_specific_entry: { us: 1.1, other: 3 } }), "i1*g1.1");
  assert.equal(priceOf({ mode: "audio_transcription", input_cost_per_second: 0, output_cost_per_second: 1e-4 }), "s100");
});

test("steps by the size of the prompt are thresholds, each with all its rates", () => {
  const steps = [
    { range: [0, 32e3], input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, cache_read_input_token_cost: 1e-7 },
    { range: [32e3, 1e6], input_cost_per_token: 3e-6, output_cost_per_token: 4e-6 },
  ];
  assert.equal(priceOf({ tiered_pricing: steps }), "i1o2c.1>32i3o4c3");
  assert.equal(priceOf({ tiered_pricing: [{ max_results_range: [0, 25], input_cost_per_query: 1 }] }), "");
});

test("hours are windows within a day", () => {
  const off = (rules) => priceOf({ input_cost_per_token: 1e-6, off_peak_pricing: { input_cost_per_token: 5e-7, ...rules } });
  assert.equal(off({ hours_utc: "16:30-00:30" }), "i1@1234567:990-1440,1234567:0-30i.5");
  const windows = [{ hours_utc: ["00:00-01:00"], weekdays: [1, 2] }, { hours_utc: "00:00-00:00", weekdays: [6, 7] }];
  assert.equal(off({ windows }), "i1@12:0-60,67:0-1440i.5");
  assert.equal(off({ windows, weekday_timezone: "Asia/Shanghai" }), "i1@+480,12:0-60,67:0-1440i.5");
  for (const unknown of [{ hours_utc: "night" }, { windows, weekday_timezone: "Europe/Berlin" }, { windows, discount: 2 }, {}]) {
    assert.equal(off(unknown), "", JSON.stringify(unknown));
  }
});

test("a price that cannot be told leaves its model without one, and is reported", () => {
  const { line, notes } = lineOf({ max_input_tokens: 1000, input_cost_per_token: 1e-6, citation_cost_per_token: 1e-6 });
  assert.equal(line, "1k C");
  assert.deepEqual(notes.without, [{ key: "one/model", names: ["citation_cost_per_token"] }]);
  const beside = lineOf({ input_cost_per_token: 1e-6, input_cost_per_token_ultrafast: 2e-6 });
  assert.equal(beside.line.split(" ")[2], "i1");
  assert.deepEqual([...beside.notes.names.beside.keys()], ["input_cost_per_token_ultrafast"]);
  assert.equal(priceOf({ input_cost_per_second: 1e-4 }), "", "a second of what?");
});

test("a key is a provider and a model", () => {
  const keys = {
    "gpt-4o": ["openai", "openai/gpt-4o"],
    "azure/eu/gpt-4o": ["azure", "azure/eu/gpt-4o"],
    "gemini-2.5-pro": ["vertex_ai-language-models", "vertex_ai/gemini-2.5-pro"],
    "vertex_ai/claude-haiku-5-5@default": ["vertex_ai-anthropic_models", "vertex_ai/claude-haiku-5-5@default"],
    "us.anthropic.Claude-X": ["bedrock_converse", "bedrock/us.anthropic.claude-x"],
    "amazon-nova/nova-pro-v1": ["amazon_nova", "amazon_nova/nova-pro-v1"],
    "together-ai-up-to-4b": ["together_ai", undefined],
    sample_spec: ["openai", undefined],
  };
  for (const [name, [provider, key]] of Object.entries(keys)) assert.equal(keyOf(name, provider), key, name);
});

test("the first tier leaves out what is found without it", () => {
  const lines = new Map([
    ["nebius/a", "1k C i1"],
    ["openai/a", "1k C i1"],
    ["openai/a-2024-08-06", "1k C i1"],
    ["openai/a-2024-05-13", "1k C i2"],
    ["openai/b-2024-05-13", "1k C i2"],
    ["openai/video", "1k V t2"],
  ]);
  const text = textOfTable(firstTier(lines), "test 1");
  assert.equal(text, "#1 test 1\nopenai/a 1k C i1\nopenai/a-2024-05-13 1k C i2\nopenai/b-2024-05-13 1k C i2\n");
});
