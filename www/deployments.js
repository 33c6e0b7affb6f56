/**
 * What the page routes between, in one place. The first part of `model` decides for both sides: which dialect the router
 * speaks to the deployment, and in which one its fake provider answers. `weight` is where the page starts from.
 */

export const GROUP = "chat";

export const DEPLOYMENTS = [
  { id: "mini", model: "openai/gpt-4o-mini", api_base: "https://mini.example/v1", weight: 2 },
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
      model_info: { id },
    })),
    num_retries: numRetries,
    timeout: patience,
    idle_timeout: patience,
    // Only said where it is chosen and carried out.
    ...(midStream && { mid_stream: midStream }),
  };
}
