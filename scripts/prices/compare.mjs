/** Where other collections of prices tell something else than our first tier. */

import { npmModule } from "./fetch.mjs";

/** When: a working day, at an hour at which no provider is cheaper. What has changed by then counts. */
const AT = new Date("2026-11-02T02:00:00Z");

/** Our providers, as the others call them. */
const GENAI = {
  anthropic: "anthropic",
  azure: "azure",
  bedrock: "aws",
  cerebras: "cerebras",
  cohere: "cohere",
  deepseek: "deepseek",
  fireworks_ai: "fireworks",
  gemini: "google",
  groq: "groq",
  mistral: "mistral",
  openai: "openai",
  perplexity: "perplexity",
  together_ai: "together",
  voyage: "voyageai",
  xai: "x-ai",
};
const ZOO = { anthropic: "anthropic", deepseek: "deepseek", google: "gemini", openai: "openai", xai: "xai" };

/** Names of genai-prices for our letters. */
const GENAI_RATES = {
  i: "input_mtok",
  o: "output_mtok",
  c: "cache_read_mtok",
  w: "cache_write_mtok",
  h: "cache_write_1h_mtok",
  a: "input_audio_mtok",
  b: "output_audio_mtok",
  d: "cache_audio_read_mtok",
};

/**
 * @typedef {{ source: string, key: string, rate: string, theirs: number, ours: number }} Difference
 * @typedef {{ source: string, compared: Set<string>, rates: number, differences: Difference[] }} Comparison
 */

/**
 * @param {Map<string, string>} lines the first tier
 * @returns {Promise<Comparison[]>}
 */
export async function comparisons(lines) {
  return [await withGenai(lines), await withZoo(lines)];
}

async function withGenai(lines) {
  const source = "@pydantic/genai-prices";
  const { calcPrice } = await npmModule(source);
  const result = begun(source);
  for (const [key, line] of lines) {
    const [provider, model] = cut(key);
    // An id with a path or an area in front is matched by a part of it, which may be of another model.
    if (!(provider in GENAI) || (provider === "bedrock" && model.includes("/"))) continue;
    const found = calcPrice({}, model, { providerId: GENAI[provider], timestamp: AT });
    if (!found) continue;
    const ours = ratesOf(line);
    for (const [letter, name] of Object.entries(GENAI_RATES)) {
      const theirs = found.model_price[name];
      if (theirs === undefined) continue;
      compare(result, key, letter, theirs.base ?? theirs, ours);
      for (const { start, price } of theirs.tiers ?? []) compare(result, key, `>${start / 1000}${letter}`, price, ours);
    }
  }
  return result;
}

async function withZoo(lines) {
  const source = "llm-zoo";
  const { MODEL_CONFIGS } = await npmModule(source);
  const result = begun(source);
  for (const model of Object.values(MODEL_CONFIGS)) {
    const { provider, fullName, serviceTier, openRouterOnly, retired } = model;
    const key = `${ZOO[provider]}/${fullName}`;
    const line = lines.get(key);
    // What is sold by others, at another speed or no more has another price under the same name.
    if (!line || serviceTier || openRouterOnly || retired) continue;
    const ours = ratesOf(line);
    compare(result, key, "i", model.inputPrice, ours);
    compare(result, key, "o", model.outputPrice, ours);
  }
  return result;
}

/** @returns {Comparison} */
const begun = (source) => ({ source, compared: new Set(), rates: 0, differences: [] });

/** A rate that only one side tells is no difference. */
function compare(result, key, rate, theirs, ours) {
  const own = ours.get(rate) ?? ours.get(rate.replace(">", ">="));
  if (own === undefined) return;
  result.compared.add(key);
  result.rates += 1;
  // Their sums are binary fractions.
  if (Math.abs(own - theirs) > 1e-9 * Math.max(own, theirs)) result.differences.push({ source: result.source, key, rate, theirs, ours: own });
}

/** The rates of a line outside of every tier, in USD per million, by letter: those of a long prompt with their mark. */
function ratesOf(line) {
  const rates = new Map();
  const price = line.split(" ")[2] ?? "";
  for (const [, marks, group] of price.split("@")[0].matchAll(/((?:[~!%]|>=?\d+)*)((?:[a-z][\d.]+)+)/g)) {
    if (/[~!%]/.test(marks)) continue;
    for (const [, letter, amount] of group.matchAll(/([a-z])([\d.]+)/g)) rates.set(marks + letter, Number(amount));
  }
  return rates;
}

function cut(key) {
  const at = key.indexOf("/");
  return [key.slice(0, at), key.slice(at + 1)];
}
