/**
 * What OpenTelemetry's semantic conventions 1.41.1 ask for of a client of generative AI: names and bounds, from their pages
 * on spans and on metrics.
 */

export const VERSION = "1.41.1";

/** Attributes of the span of a call. */
export const SPAN = {
  required: ["gen_ai.operation.name", "gen_ai.provider.name"],
  /** Each with what it depends on. */
  conditional: { "gen_ai.request.model": () => true, "server.port": (all) => "server.address" in all, "error.type": (_, hasFailed) => hasFailed },
  others: [
    "gen_ai.conversation.id", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.request.stream", "gen_ai.response.finish_reasons",
    "gen_ai.response.id", "gen_ai.response.model", "gen_ai.response.time_to_first_chunk", "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.reasoning.output_tokens", "server.address",
  ],
};

/** Names outside of these conventions: what they called the provider before, what others read, and our own. */
export const FOREIGN = ["gen_ai.system", "gen_ai.usage.cost"];

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
const POINT = ["gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model"];

/** Metrics: their units, bounds, and the attributes that each point must have. */
export const METRICS = {
  "gen_ai.client.operation.duration": { unit: "s", bounds: SECONDS, required: POINT },
  "gen_ai.client.operation.time_to_first_chunk": { unit: "s", bounds: SECONDS, required: POINT },
  "gen_ai.client.token.usage": { unit: "{token}", bounds: TOKENS, required: [...POINT, "gen_ai.token.type"] },
};
