/**
 * `node scripts/explain.mjs --write`: ten decisions of routers as `explain` tells them, in `docs/EXPLAIN.md`. The seed and the
 * clock are fixed, so that they are the same everywhere; a test makes them anew and compares.
 */

import { writeFileSync } from "node:fs";
import { at, isMain } from "./project.mjs";
import { script } from "./run.mjs";

const START = Date.UTC(2026, 0, 5, 12);
const CHAT = { model: "chat", messages: [{ role: "user", content: "Hello" }] };

/** A deployment of a group; `params` are its `litellm_params`. */
const deployment = (id, params = {}, model_name = "chat") => ({
  model_name,
  litellm_params: { model: `openai/${id}`, api_key: "sk-none", api_base: `https://${id}.test/v1`, ...params },
  model_info: { id },
});

/** @type {{ title: string, config: any, far?: Record<string, any>, request?: any, before?: (scene: any) => unknown, made?: boolean }[]} */
const SCENES = [
  {
    title: "By weight",
    config: { model_list: [deployment("large", { weight: 3 }), deployment("small", { weight: 1 }), deployment("retired", { weight: 0 })] },
  },
  {
    title: "The fastest of late, streams by their first content",
    config: { model_list: ["paris", "tokyo", "lima"].map((id) => deployment(id)), routing_strategy: "latency-based-routing", routing_strategy_args: { lowest_latency_buffer: 0.1 } },
    far: { paris: { ms: 210 }, tokyo: { ms: 200 }, lima: { ms: 480 } },
    request: { ...CHAT, stream: true },
    before: ({ probe }) => probe(["paris", "tokyo", "lima"]),
  },
  {
    title: "Power of two choices",
    config: { model_list: ["paris", "tokyo", "lima"].map((id) => deployment(id)), routing_strategy: "peak-ewma" },
    far: { paris: { ms: 210 }, tokyo: { ms: 200 }, lima: { ms: 480 } },
    request: { ...CHAT, stream: true },
    before: ({ probe }) => probe(["paris", "tokyo", "lima"]),
  },
  {
    title: "The fewest sends under way",
    config: { model_list: ["one", "two", "three"].map((id) => deployment(id)), routing_strategy: "least-busy" },
    far: { one: { hangs: true }, two: { hangs: true }, three: { hangs: true } },
    before: ({ begin }) => begin(4),
  },
  {
    title: "The cheapest for this request",
    config: {
      model_list: [
        deployment("cheap-in", { input_cost_per_token: 1e-7, output_cost_per_token: 4e-6 }),
        deployment("cheap-out", { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 }),
        deployment("unpriced"),
      ],
      routing_strategy: "cost-based-routing",
    },
  },
  {
    title: "The fewest tokens in the last minute, and a limit that is reached",
    config: { model_list: [deployment("a", { tpm: 50_000 }), deployment("b", { tpm: 50_000 }), deployment("c", { rpm: 1 })], routing_strategy: "usage-based-routing" },
    before: ({ ask }) => ask(["c", "a", "a", "b"]),
  },
  {
    title: "Two that are left alone, and a level behind them",
    config: { model_list: [deployment("first", { order: 1 }), deployment("second", { order: 1, api_key: "sk-wrong" }), deployment("third", { order: 2 })], fallbacks: [{ chat: ["spare"] }] },
    far: { first: { status: 429, headers: { "retry-after": "30" } }, second: { status: 401 } },
    before: ({ ask, pass }) => ask(["chat"]).then(() => pass(12_000)),
    more: [deployment("last", {}, "spare")],
  },
  {
    title: "Another group, because everybody is over a limit",
    config: {
      model_list: [deployment("a", { rpm: 1 }), deployment("b", { max_parallel_requests: 1 }), deployment("last", {}, "spare"), deployment("roomy", {}, "long")],
      limit_mode: "hard",
      fallbacks: [{ chat: ["spare"] }],
      context_window_fallbacks: [{ chat: ["long"] }],
      model_group_alias: { fast: "chat" },
    },
    far: { b: { hangs: true } },
    request: { ...CHAT, model: "fast" },
    before: ({ ask, begin }) => ask(["a"]).then(() => begin(1, "b")),
  },
  {
    title: "Nobody is left",
    config: { model_list: [deployment("a"), deployment("b")], num_retries: 1 },
    far: { a: { status: 429, headers: { "retry-after": "20" } }, b: { status: 429, headers: { "retry-after": "40" } } },
    before: ({ ask }) => ask(["chat"]),
  },
  {
    title: "A call that was made, and what it met",
    config: { model_list: [deployment("shaky", { order: 1 }), deployment("steady", { order: 2 })] },
    far: { shaky: { status: 503 } },
    made: true,
  },
];

/** A router before far sides that follow the scene, on a clock that they move. */
async function told({ Router }, { fakeProvider }, scene) {
  const { config, far = {}, request = CHAT, before, made, more = [] } = scene;
  let now = START;
  const providers = new Map();
  const fetch = async (input, init) => {
    const [id] = new URL(String(input)).hostname.split(".");
    const { ms = 100, status, headers, hangs } = far[id] ?? {};
    if (hangs) return new Promise(() => {});
    const faults = status ? () => ({ status, headers }) : [];
    if (!providers.has(id)) providers.set(id, fakeProvider({ name: id, faults }));
    now += ms;
    return providers.get(id).fetch(input, init);
  };
  const given = { ...config, model_list: [...config.model_list, ...more] };
  // Nothing is ever late: whoever hangs does so for good, and no timer keeps the program.
  const router = new Router(given, { fetch, now: () => now, seed: 7, sleep: () => new Promise(() => {}) });
  const one = (model) => router.completion({ ...CHAT, model }).catch(() => undefined);
  const ask = async (models) => {
    for (const model of models) await one(model);
  };
  const begin = async (count, model = "chat") => {
    for (let made = 0; made < count; made += 1) void one(model);
    await Promise.resolve();
  };
  const probe = async (ids) => {
    for (const id of ids) await router.probe({ ids: [id] });
  };
  await before?.({ probe, ask, begin, pass: (ms) => (now += ms) });
  if (!made) return router.explain(request).text;
  const answer = await router.completion(request, { explain: true });
  return answer._hidden_params.decision.text;
}

/** A setting as people write it: what every deployment has is left out. */
const shown = ({ config, more = [] }) => {
  const model_list = [...config.model_list, ...more].map(({ model_name, litellm_params: { model, api_key, api_base, ...params }, model_info: { id } }) =>
    `{ id: ${JSON.stringify(id)}${model_name === "chat" ? "" : `, model_name: ${JSON.stringify(model_name)}`}${Object.entries(params).map(([name, value]) => `, ${name}: ${JSON.stringify(value)}`).join("")} }`);
  const { model_list: _, ...settings } = config;
  return [...model_list, ...Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)].join("\n");
};

/**
 * The page.
 * @param {any} product the exports of `switchman`
 * @param {any} testkit those of `switchman/testkit`
 */
export async function page(product, testkit) {
  const parts = [];
  for (const [place, scene] of SCENES.entries()) {
    const text = await told(product, testkit, scene);
    parts.push(`## ${place + 1}. ${scene.title}\n\n\`\`\`text\n${shown(scene)}\n\`\`\`\n\n\`\`\`text\n${text}\n\`\`\`\n`);
  }
  return `# Ten decisions

What \`router.explain(request).text\` says of ten routers, and \`answer._hidden_params.decision.text\` of a call with \`{ explain: true }\`. Above each stand the deployments, without what all of them have, and the settings. The same is there as data; see [the types](../js/types/insight.d.ts).
This page is written by \`node scripts/explain.mjs --write\`, and a test compares it.

${parts.join("\n")}`;
}

if (isMain(import.meta)) {
  await script(async () => {
    const text = await page(await import("../dist/entry/node.js"), await import("../js/testkit/index.js"));
    if (process.argv.includes("--write")) writeFileSync(at("docs", "EXPLAIN.md"), text);
    else console.log(text);
  });
}
