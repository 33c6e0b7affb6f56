/**
 * What the page routes between, in one place. The first part of `model` decides for both sides: which dialect the router
 * speaks to the deployment, and in which one its fake provider answers. `weight` is where the page starts from.
 */

export const GROUP = "chat";

export const DEPLOYMENTS = [
  { id: "haiku", model: "anthropic/claude-3-5-haiku-20241022", api_base: "https://haiku.example", weight: 2 },
  { id: "four-one", model: "openai/gpt-4.1-mini", api_base: "https://four-one.example/v1", weight: 1 },
  { id: "qwen", model: "hosted_vllm/qwen3-8b", api_base: "https://qwen.example/v1", weight: 1 },
];

/** What their router and the fake speak. Every provider but Anthropic speaks OpenAI's dialect here. */
export const dialectOf = ({ model }) => (model.startsWith("anthropic/") ? "anthropic" : "openai");

/** The config that the router is made of, with what the visitor has set. */
export function configOf({ weights, numRetries, patience, midStream }) {
  return {
    model_list: DEPLOYMENTS.map(({ id, model, api_base }) => ({
      model_name: GROUP,
      litellm_params: { model, api_base, weight: weights[id] },
      // That they can go on from a text that another began. By its name the router knows it of the first alone.
      model_info: { id, supports_assistant_prefill: true },
    })),
    num_retries: numRetries,
    timeout: patience,
    idle_timeout: patience,
    mid_stream: midStream,
  };
}
