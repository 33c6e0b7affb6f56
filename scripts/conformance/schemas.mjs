/** What is sent, held against the types of the providers' own clients. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { at } from "../project.mjs";
import { OutOfReach, pythonOf } from "./installed.mjs";
import { REQUESTS } from "./requests.mjs";

/** Models of each dialect, or provider, that are not spoken to alike. */
const MODELS = {
  openai: ["openai/gpt-4o-mini"],
  azure: ["azure/gpt-4o-mini"],
  anthropic: ["anthropic/claude-3-5-haiku-20241022", "anthropic/claude-sonnet-4-5", "anthropic/claude-opus-4-7"],
  groq: ["groq/openai/gpt-oss-120b", "groq/qwen/qwen3-32b"],
  mistral: ["mistral/mistral-large-latest"],
  together_ai: ["together_ai/openai/gpt-oss-120b"],
  cerebras: ["cerebras/gpt-oss-120b"],
  fireworks_ai: ["fireworks_ai/gpt-oss-120b"],
  sambanova: ["sambanova/gpt-oss-120b"],
  perplexity: ["perplexity/sonar-pro"],
  openrouter: ["openrouter/openai/gpt-4o-mini"],
  deepseek: ["deepseek/deepseek-v4-pro", "deepseek/deepseek-chat"],
  moonshot: ["moonshot/kimi-k2.5", "moonshot/moonshot-v1-8k"],
  xai: ["xai/grok-4.5", "xai/grok-3-mini"],
  zai: ["zai/glm-4.6"],
};

const FILES = ["a PDF", "a file that is there"];

/** What is known to be sent in vain, by dialect and request. An entry that is none any more fails as well. */
const KNOWN = {
  groq: FILES,
  cerebras: FILES,
  fireworks_ai: FILES,
  sambanova: [...FILES, "a result of parts"],
  perplexity: [...FILES, "a result of parts"],
  together_ai: [...FILES, "this tool", "a stop"],
};

/** What a request leads to, by model: a body, or the error that it was refused with. */
async function sentBy(Router, model) {
  const bodies = [];
  const fetch = async (url, { headers, body }) => {
    bodies.push({ body: await new Response(body).json(), beta: new Headers(headers).get("anthropic-beta") });
    return Response.json({ error: { message: "seen" } }, { status: 400 });
  };
  const at = model.startsWith("azure/") && { api_base: "https://resource.openai.azure.com" };
  const model_list = [{ model_name: "group", litellm_params: { model, api_key: "sk-none", ...at } }];
  const router = new Router({ model_list, num_retries: 0, drop_params: true, disable_cooldowns: true }, { fetch });
  const sent = [];
  for (const [name, request] of Object.entries(REQUESTS)) {
    bodies.length = 0;
    const error = await router.completion({ ...request, model: "group" }).catch((thrown) => thrown);
    const [dialect] = model.split("/");
    assert.equal(bodies.length, 1, `${model}: ${name}: ${error.message}`);
    sent.push({ name, dialect: bodies[0].beta ? `${dialect}-beta` : dialect, body: bodies[0].body });
  }
  return sent;
}

async function validated(requests) {
  const child = spawn(await pythonOf("schemas"), [at("scripts", "conformance", "schemas.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  child.stdin.end(JSON.stringify(requests));
  const printed = await text(child.stdout);
  const [code] = await ended;
  assert.equal(code, 0, "the validation failed");
  return JSON.parse(printed);
}

/** The types find what should not be there, wherever it stands: else every request would be valid. (Fireworks' roles are any text.) */
async function checkValidation(sent) {
  const spoilt = sent.flatMap(({ dialect, body }) => {
    const [first, ...rest] = body.messages;
    return [
      { dialect, body: { ...body, stray: 1 } },
      { dialect, body: { ...body, messages: [{ ...first, stray: 1 }, ...rest] } },
      { dialect, body: { ...body, messages: [{ role: dialect === "fireworks_ai" ? 7 : "nobody", content: "Hi" }, ...rest] } },
      { dialect, body: { ...body, messages: [{ ...first, content: [{ type: "text", text: "Hi", stray: 1 }] }, ...rest] } },
    ];
  });
  const found = await validated(spoilt);
  assert.deepEqual(spoilt.filter((_, at) => found[at].length === 0), []);
}

/**
 * @param {import("./table.mjs").Table} table
 * @param {(name: string) => boolean} isWanted
 */
export async function schemas(table, isWanted) {
  const { importPacked } = await import("../../tests/js/pack.mjs");
  const { Router } = await importPacked();
  for (const [dialect, models] of Object.entries(MODELS)) {
    for (const model of models) {
      if (!isWanted(`schemas ${model}`)) continue;
      const sent = await sentBy(Router, model);
      let why;
      const found = await validated(sent).catch((error) => {
        if (!(error instanceof OutOfReach)) throw error;
        why = error.message;
      });
      await table.row([`${sent.length} requests`, dialect, model.slice(dialect.length + 1)], async () => {
        await checkValidation(sent);
        const known = KNOWN[dialect] ?? [];
        const wrong = sent.flatMap(({ name, body }, at) => found[at].map((problem) => ({ name, told: `${name}: ${problem}\n    ${JSON.stringify(body)}` })));
        const unknown = wrong.filter(({ name }) => !known.includes(name));
        assert.equal(unknown.length, 0, unknown.map(({ told }) => told).join("\n"));
        assert.deepEqual(known.filter((one) => !wrong.some(({ name }) => name === one)), [], "these are valid now");
      }, why);
    }
  }
}
