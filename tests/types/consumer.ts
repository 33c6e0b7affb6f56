/** A program that uses the package: TypeScript reads it against the installed tarball, and nothing runs it. */
import { APIError, CancelledError, CompletionStream, ConfigError, RateLimitError, Router, RouterError } from "switchman";
import { Router as InlineRouter } from "switchman/inline";
import { init, Router as SlimRouter } from "switchman/slim";
import { createSwitchman, type SwitchmanErrorData, type SwitchmanMetadata } from "switchman/ai-sdk";
import { prices } from "switchman/prices";
import { memoryCache } from "switchman/caches/memory";
import { type KvNamespace, kvStore } from "switchman/stores/kv";
import { memoryStore } from "switchman/stores/memory";
import { anthropicError, fakeProvider } from "switchman/testkit";
import type { Explanation, ResponseCache, Snapshot } from "switchman";
import { type LoopbackServer, serveFetch } from "switchman/testkit/server";

const fake = fakeProvider({ name: "alpha", faults: (n) => n === 1 && { status: 503 } });

// Another wire format, and a stream that goes wrong in several ways at once.
const late = { errorEvent: { at: "end" as const, error: anthropicError(529).error }, comments: true, splitUtf8: true };
const other = fakeProvider({ name: "beta", dialect: "both", continues: true, faults: [late, { drip: true, pings: true }] });
other.release(2);

const router = new Router(
  {
    model_list: [
      { model_name: "chat", litellm_params: { model: "openai/gpt-4o-mini", api_key: "k", rpm: 100, weight: 2 } },
      { model_name: "chat", litellm_params: { model: "openai/gpt-4.1-mini", api_key: "k" }, model_info: { id: "b" } },
      { model_name: "backup", litellm_params: { model: "openai/gpt-4.1", mock_response: "Hi", mock_delay: 0.1 }, itpm: 9 },
    ],
    routing_strategy: "simple-shuffle",
    optional_pre_call_checks: ["session_affinity", "prompt_caching"],
    model_group_affinity_config: { backup: [] },
    experiments: [{ name: "cheaper", model: "chat", variants: [{ model: "chat", weight: 3 }, { model: "backup" }] }],
    num_retries: 2,
    fallbacks: [{ chat: [{ model: "backup", temperature: 0 }] }],
    fallback_on: ["rate_limit", "Timeout"],
    error_rules: [{ status: 418, code: "odd", kind: "server" }],
    retry_policy: { RateLimitErrorRetries: 3 },
    allowed_fails_policy: { TimeoutErrorAllowedFails: 5 },
    hedging: { after_ms: 300 },
    limit_mode: "hard",
    success_callback: ["otel", "langfuse"],
    failure_callback: "helicone",
    litellm_settings: { turn_off_message_logging: false },
    provider_budget_config: { openai: { budget_limit: 1, time_period: "1d" } },
    tag_budget_config: { shop: { max_budget: "0.5", budget_duration: "1mo" } },
  },
  { fetch: fake.fetch, seed: 1, store: memoryStore({ maxKeys: 10 }), mayFallback: async ({ model_group }) => model_group !== "x", customRoutingStrategy: (candidates, { body }) => candidates.filter(({ open_sends, first_token_ms }) => open_sends < 3 && (first_token_ms ?? 0) < 900 && body !== undefined), callbacks: [({ type }) => type], recordContent: true },
);

// Answers that are kept: in a store of keys and texts, and in memory.
export async function kept(namespace: { get(key: string): Promise<string | null>; put(key: string, value: string, options: object): Promise<void> }) {
  const cache: ResponseCache = {
    get: (key) => namespace.get(key),
    set: (key, value, ttl) => namespace.put(key, value, { expirationTtl: Math.max(60, ttl) }),
  };
  const settings = { cache_responses: true, caching_groups: [["chat", "backup"]], litellm_settings: { cache_params: { ttl: 60, mode: "default_off" as const } } };
  const caching = new Router({ model_list: [], ...settings }, { cache });
  const memory = new Router({ model_list: [] }, { cache: memoryCache({ maxItems: 9, maxBytes: 1_000 }) });
  const control = { "no-cache": true, "s-maxage": 5, ttl: 1.5, namespace: "n" };
  const answer = await caching.completion({ model: "chat", messages: [], cache: control }, { tenant: "acme", caching: true });
  await memory.fetch("/v1/chat/completions", { method: "POST", body: "{}", tenant: "acme" });
  const { hits, misses, stored, failures } = caching.snapshot().cache;
  return answer._hidden_params.cache_hit && hits + misses + stored + failures;
}

// What a worker does when it begins, and before it ends.
export async function shared(namespace: KvNamespace, state: Uint8Array): Promise<Uint8Array> {
  const store = kvStore(namespace, { cacheTtl: 30, freshMs: 10_000 });
  const sharing = new Router({ model_list: [] }, { store, storeName: "shop" });
  sharing.importState(state);
  await sharing.flush();
  return sharing.exportState();
}

// The bound method is a `fetch`: other clients take it as their own.
const drop_in: typeof fetch = router.fetch;

export async function answers(signal: AbortSignal): Promise<string> {
  const messages = [{ role: "user" as const, content: "Hello" }];
  try {
    const whole = await router.completion({ model: "chat", messages }, { signal });
    const used: string = whole.model_used;
    const options = { priority: 0, hedging: true, fallback_on: ["server" as const], fallbacks: ["backup"] };
    const stream = await router.completion({ model: "chat", messages, stream: true }, options);
    if (!(stream instanceof CompletionStream)) throw new TypeError("a stream was asked for");
    let text = used;
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
    const response: Response = await drop_in("/v1/models");
    return text + response.status;
  } catch (error) {
    if (error instanceof CancelledError) return `${error.name}: ${String(error.cause)}`;
    if (error instanceof RateLimitError) return `again in ${error.retryAfterMs ?? 0} ms`;
    if (error instanceof ConfigError) return error.problems.map(({ path, message }) => `${path}: ${message}`).join("\n");
    if (error instanceof RouterError) return `${error.status} ${error.side} ${error.attempts.length}`;
    throw error;
  }
}

export function managed(key: string): string[] {
  const params = { model: "openai/gpt-4o-mini", api_key: key };
  router.upsertDeployment({ model_name: "chat", litellm_params: params, model_info: { id: "b" } });
  if (router.addDeployment({ model_name: "chat", litellm_params: params }) === null) router.deleteDeployment("b");
  router.updateSettings({ cooldown_time: 0.5, timeout: null });
  const [first] = router.getModelList("chat");
  const limit: number = router.getModelGroupInfo("chat")?.rpm ?? router.getModelGroupUsage("chat").rpm ?? 0;
  const window: number | null | undefined = router.getModelGroupInfo("chat")?.max_input_tokens;
  for (const table of [prices, false] as const) new Router({ model_list: [] }, { prices: table }).free();
  return [...router.getModelNames(), String(window), first?.model_info.id ?? "", String(limit), String(router.getSettings().num_retries)];
}

export async function elsewhere(module: WebAssembly.Module): Promise<Router[]> {
  await init(module);
  const config = { model_list: [] };
  return [new SlimRouter(config), new InlineRouter(config)];
}

export async function insight(): Promise<string> {
  const { id, model_group }: { id: string; model_group: string } = router.getAvailableDeployment({ model: "chat" });
  const told: Explanation = router.explain({ model: "chat" }, { disable_fallbacks: true });
  const probed = await router.probe({ groups: "chat", timeout: 5 });
  const slowest: number = Math.max(...probed.map(({ first_token_ms, skipped }) => (skipped === "later" ? 0 : (first_token_ms ?? 0))));
  const known: Snapshot = router.snapshot();
  const text: string = router.metrics();
  const left = known.budgets.filter(({ scope }) => scope === "tag").map((budget) => budget.limit_usd - budget.spent_usd);
  router.setHealth(id, known.deployments.every(({ health }) => health.state === "closed"));
  const off: () => void = router.on("attempt_end", ({ status, error, usage }) => console.log(status, error, usage?.total_tokens));
  router.on("*", (event) => event.type === "retry" && console.log(event.wait_ms));
  // @ts-expect-error there is no such event
  router.on("attempt", () => undefined);
  off();
  const messages = [{ role: "user" as const, content: "Hello" }];
  const first = await router.fastest("chat, backup", { messages });
  const stream = await router.fastest(["chat", "backup"], { messages, stream: true });
  const chosen = first._hidden_params.decision?.decisions[0]?.picked ?? model_group;
  const [one] = await router.batch(["chat"], { messages });
  if (one instanceof RouterError) return one.errors?.[0]?.message ?? one.message;
  const grid = await router.batch(["chat"], [{ messages }]);
  return `${chosen} ${(await stream.final()).id} ${told.text} ${grid[0]?.length}`;
}

export const served = (): Promise<LoopbackServer> => serveFetch(router.fetch);

export const isOurs = (error: unknown): boolean => error instanceof APIError;

// @ts-expect-error a router needs its config
new Router();

// The AI SDK's own types say whether it takes this for a provider: `ai-sdk.ts`.
const switchman = createSwitchman(router, { supportedUrls: { "image/*": [/^https:/] }, maxEmbeddingsPerCall: 96 });
const aiModel: { specificationVersion: "v4"; modelId: string } = switchman("chat");
const older: { specificationVersion: "v3" } = createSwitchman(router, { specification: "v3" }).embeddingModel("chat");
// @ts-expect-error: there is no such version.
createSwitchman(router, { specification: "v2" });
export const aiCost = (told: SwitchmanMetadata): number | null => told.response_cost;
export const aiAttempts = (told: SwitchmanErrorData): number => told.attempts.length;
export { aiModel, older };

// Experiments, feedback, and what tells of them.
for (const { name, variants } of router.experiments()) {
  for (const { model, calls, against_first } of variants) console.log(name, model, calls, against_first?.feedback?.sure ?? null);
}
const known: boolean = router.feedback("sw-1", 0.5);
router.on("request_end", ({ variant, shadow_of }) => console.log(known, variant ?? shadow_of ?? null));
router.explain({ model: "chat", messages: [], user: "u" }, { sessionId: "s" }).decisions.map(({ affinity }) => affinity === "session");
