/** The letters and marks of the table; `src/price/line.rs` reads the same. */

/** Rates, in the order in which they are written. Of two names with one letter the first counts. */
export const RATES = {
  input_cost_per_token: "i",
  output_cost_per_token: "o",
  cache_read_input_token_cost: "c",
  input_cost_per_token_cache_hit: "c",
  cache_creation_input_token_cost: "w",
  cache_creation_input_token_cost_above_1hr: "h",
  output_cost_per_reasoning_token: "r",
  input_cost_per_audio_token: "a",
  output_cost_per_audio_token: "b",
  cache_read_input_audio_token_cost: "d",
  input_cost_per_image_token: "m",
  output_cost_per_image_token: "n",
  input_cost_per_image: "p",
  output_cost_per_image: "q",
  input_cost_per_second: "s",
  output_cost_per_second: "t",
  input_cost_per_audio_per_second: "s",
  input_cost_per_character: "k",
  output_cost_per_character: "l",
  input_cost_per_query: "u",
  input_cost_per_request: "v",
  search_context_size_low: "x",
  search_context_size_medium: "y",
  search_context_size_high: "z",
};

/** Rates that a second of something else could be meant by: only those of these modes are read. */
export const BY_SECOND = { letters: "st", modes: ["audio_transcription", "audio_speech"] };

/** Endings of names, and their marks. */
export const TIERS = { _flex: "~", _priority: "!", _batches: "%" };

/** LiteLLM's modes. */
export const MODES = {
  chat: "C",
  completion: "P",
  responses: "R",
  embedding: "E",
  rerank: "K",
  moderation: "M",
  image_generation: "I",
  image_edit: "J",
  audio_transcription: "T",
  audio_speech: "S",
  realtime: "L",
  video_generation: "V",
  ocr: "O",
};

/** What a model can do: `supports_…`. */
export const CAPABILITIES = {
  function_calling: "f",
  parallel_function_calling: "l",
  tool_choice: "t",
  response_schema: "s",
  prompt_caching: "c",
  reasoning: "r",
  assistant_prefill: "p",
  vision: "v",
  pdf_input: "d",
  audio_input: "a",
  audio_output: "b",
  video_input: "m",
  web_search: "w",
  url_context: "k",
  computer_use: "u",
  system_messages: "y",
};

/** What all rates of a model are multiplied by, where a request is served in a certain way. */
export const MULTIPLIERS = {
  regional_processing_uplift_multiplier_eu: "e",
  regional_processing_uplift_multiplier_us: "u",
  regional_endpoint_uplift_multiplier: "r",
  /** Of `provider_specific_entry`: the geography that the answer says it came from, and a quicker mode. */
  us: "g",
  fast: "f",
};

/**
 * Prices that are not read and that make no other price wrong, with the reason, and with the only modes for which that is
 * so. A model with any price beside these and those that are read gets no price at all.
 * @type {[RegExp, string, string[]?][]}
 */
export const BESIDE = [
  [/_(ultrafast|balanced|decisions)$/, "a service tier that we do not know; an answer of it has no price"],
  [/_above_12hr/, "a cache that lasts twelve hours; no dialect of ours asks for one"],
  [/_dbu_cost_per_token$/, "the same price in another unit"],
  [/^cache_creation_input_audio_token_cost$/, "LiteLLM itself does not bill it"],
  [/^cache_read_input_image_token_cost$/, "no answer tells cached tokens of images apart"],
  [/^google_maps_grounding_cost_per_query$/, "a tool beside the tokens"],
  [/^input_cost_per_(video|audio_per_second)/, "embeddings of texts and images only are asked for", ["embedding"]],
  [/^(code_interpreter|computer_use|file_search|vector_store)_/, "a tool beside the tokens"],
];
