/**
 * What `generateContent` refuses. Each check yields a message; the first one is the answer, so that a check may rely on
 * those before it.
 */

import { isStrict, signatureMistakes } from "./signature.js";

const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/;
const MIME = /^(image|audio|video|text)\/[\w.+-]+$|^application\/(pdf|json)$/;

/** Fields by message of the API: a name that is in none is refused. */
const FIELDS = {
  "": "contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent serviceTier model labels",
  generationConfig:
    "temperature topP topK candidateCount maxOutputTokens stopSequences seed presencePenalty frequencyPenalty responseMimeType " +
    "responseSchema responseJsonSchema responseLogprobs logprobs responseModalities thinkingConfig mediaResolution speechConfig " +
    "imageConfig enableEnhancedCivicAnswers",
  content: "role parts",
  part: "text thought inlineData fileData functionCall functionResponse executableCode codeExecutionResult thoughtSignature",
  tool: "functionDeclarations googleSearch codeExecution urlContext googleMaps fileSearch computerUse googleSearchRetrieval",
  declaration: "name description parameters parametersJsonSchema response responseJsonSchema behavior",
  thinkingConfig: "includeThoughts thinkingBudget thinkingLevel",
};

/** Of a part one of these. */
const KINDS = FIELDS.part.split(" ").filter((name) => name !== "thought" && name !== "thoughtSignature");

/**
 * @param {any} request
 * @param {string} model
 * @param {import("../dialect.js").Settings} settings
 * @returns {string | undefined}
 */
export function generateMistake(request, model, { continues = true }) {
  return mistakes(request, model, continues).next().value ?? undefined;
}

/** @param {any} request @param {string} model @param {boolean} continues @returns {Generator<string, void>} */
function* mistakes(request, model, continues) {
  yield* unknown(request, "", "");
  const { contents, systemInstruction: system, tools, toolConfig, generationConfig: config } = request;
  if (!Array.isArray(contents) || contents.length === 0) yield "* GenerateContentRequest.contents: contents is not specified";
  if (system !== undefined) yield* contentMistakes(system, "system_instruction");
  for (const [index, content] of contents.entries()) yield* contentMistakes(content, `contents[${index}]`);
  yield* callMistakes(contents);
  yield* signatureMistakes(contents, model);
  const offered = (tools ?? []).flatMap((/** @type {any} */ tool) => tool.functionDeclarations ?? []);
  for (const [index, tool] of (tools ?? []).entries()) yield* unknown(tool, "tool", `tools[${index}]`);
  for (const [index, one] of offered.entries()) {
    const at = `tools[0].function_declarations[${index}]`;
    yield* unknown(one, "declaration", at);
    if (!NAME.test(one.name ?? "")) yield `* GenerateContentRequest.${at}.name: Invalid function name. Must start with a letter or an underscore.`;
  }
  const { mode, allowedFunctionNames: allowed } = toolConfig?.functionCallingConfig ?? {};
  if (mode !== undefined && !["AUTO", "ANY", "NONE", "VALIDATED"].includes(mode)) yield `Invalid value at 'tool_config.function_calling_config.mode': "${mode}"`;
  for (const name of allowed ?? [])
    if (!offered.some((/** @type {any} */ one) => one.name === name)) yield `allowed_function_names contains a name that is not declared: ${name}`;
  if (config !== undefined) yield* configMistakes(config, (tools ?? []).length > 0, model);
  const last = contents.at(-1);
  if (!continues && last.role === "model") yield "Requests ending with a model turn are not supported unless the last part is a function response.";
}

/** @param {any} config @param {boolean} hasTools @param {string} model @returns {Generator<string, void>} */
function* configMistakes(config, hasTools, model) {
  yield* unknown(config, "generationConfig", "generation_config");
  const { temperature, topP, maxOutputTokens: most, candidateCount: count, stopSequences: stops, thinkingConfig: thinking } = config;
  const { responseMimeType: type, responseSchema, responseJsonSchema } = config;
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 2)) yield "Unable to submit request because it has a temperature value that is out of range: 0..2";
  if (topP !== undefined && !(topP >= 0 && topP <= 1)) yield "top_p must be in the range [0.0, 1.0].";
  if (most !== undefined && !(Number.isInteger(most) && most >= 1)) yield "max_output_tokens must be positive.";
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 8)) yield "candidate_count must be in the range [1, 8].";
  if (stops !== undefined && !(Array.isArray(stops) && stops.length <= 5 && stops.every((stop) => typeof stop === "string" && stop !== "")))
    yield "stop_sequences: at most 5, none empty";
  if (thinking !== undefined) {
    yield* unknown(thinking, "thinkingConfig", "generation_config.thinking_config");
    if (thinking.thinkingBudget !== undefined && thinking.thinkingLevel !== undefined)
      yield "You can only set only one of thinking budget and thinking level.";
    if (thinking.thinkingLevel !== undefined && !isStrict(model)) yield "Thinking level is not supported for this model.";
    if (thinking.thinkingBudget > 0 && thinking.thinkingBudget < 128) yield "The thinking budget is invalid.";
  }
  if (responseSchema !== undefined && responseJsonSchema !== undefined) yield "response_schema and response_json_schema are mutually exclusive.";
  if ((responseSchema ?? responseJsonSchema) !== undefined && type !== "application/json") yield "response_schema requires response_mime_type: application/json";
  if (type === "application/json" && hasTools && !isStrict(model))
    yield "Function calling with a response mime type: 'application/json' is unsupported";
}

/** @param {any} content @param {string} at @returns {Generator<string, void>} */
function* contentMistakes(content, at) {
  yield* unknown(content, "content", at);
  const { role, parts } = content;
  if (role !== undefined && !["user", "model", "function"].includes(role)) yield "Please use a valid role: user, model.";
  if (!Array.isArray(parts) || parts.length === 0) yield `* GenerateContentRequest.${at}.parts: contents.parts must not be empty.`;
  for (const [index, part] of parts.entries()) {
    const place = `${at}.parts[${index}]`;
    yield* unknown(part, "part", place);
    const kinds = KINDS.filter((name) => part[name] !== undefined);
    if (kinds.length !== 1) yield `* GenerateContentRequest.${place}.data: required oneof field 'data' must have one initialized field`;
    const { text, inlineData: blob, fileData: file, functionCall: call, functionResponse: result } = part;
    if (text === "") yield `* GenerateContentRequest.${place}.text: must not be empty`;
    if (blob && !(MIME.test(blob.mimeType ?? "") && /^[A-Za-z0-9+/_-]+={0,2}$/.test(blob.data ?? ""))) yield `Unable to process input at ${place}.inline_data`;
    if (file && typeof file.fileUri !== "string") yield `* GenerateContentRequest.${place}.file_data.file_uri: must be specified`;
    if (call && !isNamed(call, "args")) yield `Invalid value at '${place}.function_call'`;
    if (result && !isNamed(result, "response")) yield `Invalid value at '${place}.function_response'`;
  }
}

/** @param {any} value @param {string} field an object beside its name */
const isNamed = (value, field) =>
  typeof value.name === "string" && value.name !== "" && (value[field] === undefined || (typeof value[field] === "object" && !Array.isArray(value[field])));

/**
 * Calls of functions and their responses: a turn with calls is followed by one with as many responses.
 * @param {any[]} contents
 * @returns {Generator<string, void>}
 */
function* callMistakes(contents) {
  const count = (/** @type {any} */ content, /** @type {string} */ name) => content?.parts.filter((/** @type {any} */ part) => part[name]).length ?? 0;
  if (contents[0].role === "model") yield "Please ensure that multiturn requests start with a user turn.";
  for (const [index, content] of contents.entries()) {
    const [calls, responses] = [count(content, "functionCall"), count(contents[index + 1], "functionResponse")];
    if (calls > 0 && index < contents.length - 1 && calls !== responses)
      yield "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
    if (count(content, "functionResponse") > 0 && count(contents[index - 1], "functionCall") === 0)
      yield "Please ensure that function response turn comes immediately after a function call turn.";
  }
}

/** Names are written in either way. @param {any} value @param {keyof typeof FIELDS} kind @param {string} at @returns {Generator<string, void>} */
function* unknown(value, kind, at) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return yield `Invalid value at '${at}'`;
  const known = FIELDS[kind].split(" ");
  for (const name of Object.keys(value))
    if (!known.includes(name)) yield `Invalid JSON payload received. Unknown name "${name}"${at && ` at '${at}'`}: Cannot find field.`;
}
