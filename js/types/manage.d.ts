import type { Deployment, RouterSettings } from "./config.js";
import type { CustomRoutingStrategy } from "./strategy.js";

/**
 * A deployment as the router tells of it: an entry of a model list without its secrets. `api_key` and each of
 * `extra_headers` is "set" where there is one; so is a request parameter that is no number and no boolean.
 */
export interface ListedDeployment {
  /** The name it is called by: its group's, an alias, or a name that a pattern matches. */
  model_name: string;
  litellm_params: {
    /** As it is written; "provider/model" for a name that a pattern matches. */
    model: string;
    api_base: string;
    api_key?: "set";
    organization?: string;
    extra_headers?: Record<string, "set">;
    [option: string]: unknown;
  };
  model_info: { id: string };
}

/** What the deployments of a name have in common. */
export interface ModelGroupInfo {
  model_group: string;
  providers: string[];
  /** As "provider/model". */
  models: string[];
  /** How many deployments there are. */
  deployments: number;
  /** The sum of the `tpm` of those that have one; `null` if nobody has. */
  tpm: number | null;
  /** The sum of the `rpm` of those that have one; `null` if nobody has. */
  rpm: number | null;
  /** What the first one whose mode is known is for: "chat", "embedding", "rerank" and so on; `null` if it is known of nobody. */
  mode: string | null;
  /** The largest window, in tokens; `null` if it is known of nobody. */
  max_input_tokens: number | null;
  /** The longest answer, in tokens; `null` if it is known of nobody. */
  max_output_tokens: number | null;
  /**
   * The dearest token of a prompt, in USD: of an ordinary call at the ordinary hours. `null` if no price is known, never 0.
   */
  input_cost_per_token: number | null;
  /** The dearest token of an answer, in USD. */
  output_cost_per_token: number | null;
  /** Can any of them do it? False also where nobody has said so; the same for the others. */
  supports_function_calling: boolean;
  supports_parallel_function_calling: boolean;
  supports_tool_choice: boolean;
  supports_response_schema: boolean;
  supports_prompt_caching: boolean;
  supports_reasoning: boolean;
  supports_assistant_prefill: boolean;
  supports_vision: boolean;
  supports_pdf_input: boolean;
  supports_audio_input: boolean;
  supports_audio_output: boolean;
  supports_video_input: boolean;
  supports_web_search: boolean;
  supports_url_context: boolean;
  supports_computer_use: boolean;
  supports_system_messages: boolean;
}

/** What the deployments of a name have used in the last minute. */
export interface ModelGroupUsage {
  /** Tokens, with what is reserved for calls that run; `null` where no deployment has a limit, so that nobody counts. */
  tpm: number | null;
  /** Requests; `null` as for `tpm`. */
  rpm: number | null;
}

/** The settings that are in use: as they are written, and with their defaults those that have one. */
export type Settings = RouterSettings;

/**
 * Deployments and settings, while the router is in use. A change counts at once: calls that run go on, and nothing more is
 * sent to a deployment that was taken out. What was learnt of a deployment stays with its id, what was learnt of a key with
 * the key. Every change is checked as the constructor checks its config; with a mistake in it nothing has changed, and a
 * `ConfigError` is thrown. So the last deployment of a group that a fallback or an alias leads to cannot be taken out
 * before that is changed.
 */
export interface Management {
  /**
   * Adds a deployment at the end of the list. Answers it, or `null` if there is one with its id already; one that declares
   * no id has the id of any other with the same group, model, address, organisation and region.
   */
  addDeployment(deployment: Deployment): ListedDeployment | null;

  /** Adds a deployment, or puts it in the place of the one with its id: with another key, say. */
  upsertDeployment(deployment: Deployment): ListedDeployment;

  /** Takes a deployment out. Answers it, or `null` if there is none with this id. */
  deleteDeployment(id: string): ListedDeployment | null;

  /** Replaces all deployments. Those with an id that is there keep what was learnt of them. */
  setModelList(list: readonly Deployment[]): void;

  /**
   * The deployments that a name leads to: a group, a pattern, an alias, an id, or a name that a pattern matches. Without a
   * name all of them, and again under each alias that is not hidden.
   */
  getModelList(name?: string): ListedDeployment[];

  /** The names that callers may use and see, sorted: groups, patterns, and aliases that are not hidden. */
  getModelNames(): string[];

  /** What the deployments of a name have in common; `null` if it leads to none. */
  getModelGroupInfo(group: string): ModelGroupInfo | null;

  /** What the deployments of a name have used in the last minute. */
  getModelGroupUsage(group: string): ModelGroupUsage;

  /** The settings that are in use. `default_litellm_params` is not among them, because it may hold a key. */
  getSettings(): Settings;

  /**
   * Changes settings, wherever they stood in the config; `null` takes one out. A name that is no setting is a mistake.
   * Fractions of seconds count.
   */
  updateSettings(changes: { [Name in keyof RouterSettings]?: RouterSettings[Name] | null }): void;

  /** Picks deployments by a function from now on: as the host's `customRoutingStrategy`, with "custom" as the router's strategy. */
  setCustomRoutingStrategy(strategy: CustomRoutingStrategy): void;
}
