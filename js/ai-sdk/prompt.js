// A prompt of the AI SDK as messages in OpenAI's shape.

import { UnsupportedFunctionalityError } from "./errors.js";
import { filePart } from "./files.js";

/**
 * @param {any[]} prompt
 * @param {any[]} warnings what is put differently is added here
 */
export function messagesOf(prompt, warnings) {
  return prompt.flatMap((message) => {
    switch (message.role) {
      case "system":
        return [{ role: "system", content: message.content, ...own(message) }];
      case "user":
        return [{ role: "user", content: userContent(message.content), ...own(message) }];
      case "assistant":
        return [{ ...assistant(message.content), ...own(message) }];
      case "tool":
        return toolMessages(message.content, warnings);
      default:
        throw new UnsupportedFunctionalityError(`a message of the role ${message.role}`);
    }
  });
}

/** What a message or a part has for the router's providers: members in OpenAI's shape, and the mark of a cached prefix. */
function own({ providerOptions }) {
  const { thinking_block, ...members } = providerOptions?.switchman ?? {};
  const cache = providerOptions?.anthropic?.cacheControl;
  return cache === undefined ? members : { cache_control: cache, ...members };
}

const userContent = (parts) => plain(parts.map(contentPart));

/** A text alone stands as such: some servers take no lists. */
function plain(parts) {
  const [only] = parts;
  if (parts.length === 0) return "";
  return parts.length === 1 && only.type === "text" && Object.keys(only).length === 2 ? only.text : parts;
}

function contentPart(part) {
  if (part.type === "text") return { type: "text", text: part.text, ...own(part) };
  const made = filePart(part);
  const { detail, ...members } = own(part);
  if (detail !== undefined && made.image_url) made.image_url.detail = detail;
  return { ...made, ...members };
}

function assistant(parts) {
  let text = "";
  let reasoning = "";
  const thinking = [];
  const calls = [];
  for (const part of parts) {
    switch (part.type) {
      case "text":
        text += part.text;
        break;
      case "reasoning": {
        reasoning += part.text;
        const block = part.providerOptions?.switchman?.thinking_block;
        // The text stands in the part, and nowhere else.
        if (block) thinking.push(block.type === "thinking" ? { ...block, thinking: part.text } : block);
        break;
      }
      case "tool-call":
        // What a provider ran by itself has no result that a chat completion could hold.
        if (!part.providerExecuted) calls.push(toolCall(part));
        break;
      // Files of an answer go back to nobody.
      case "tool-result":
      case "file":
      case "reasoning-file":
      case "custom":
        break;
      default:
        throw new UnsupportedFunctionalityError(`a part of the type ${part.type}`);
    }
  }
  /** @type {Record<string, any>} */
  const message = { role: "assistant", content: text === "" && calls.length > 0 ? null : text };
  if (reasoning !== "") message.reasoning_content = reasoning;
  if (thinking.length > 0) message.thinking_blocks = thinking;
  if (calls.length > 0) message.tool_calls = calls;
  return message;
}

function toolCall(part) {
  const { toolCallId: id, toolName: name, input } = part;
  return { ...own(part), id, type: "function", function: { name, arguments: JSON.stringify(input ?? {}) } };
}

/**
 * A message for each result. OpenAI's take text only, so that what a tool shows besides stands in a message of the user's
 * behind the last one, where every provider can read it.
 */
function toolMessages(parts, warnings) {
  const messages = [];
  const shown = [];
  for (const part of parts) {
    if (part.type !== "tool-result") continue;
    const { content, files } = resultOf(part.output);
    shown.push(...files);
    messages.push({ role: "tool", tool_call_id: part.toolCallId, content, ...own(part) });
  }
  if (shown.length > 0) {
    const details = "they stand in a message of the user's behind the results";
    warnings.push({ type: "compatibility", feature: "files in results of tools", details });
    messages.push({ role: "user", content: shown });
  }
  return messages;
}

function resultOf(output) {
  switch (output.type) {
    case "text":
    case "error-text":
      return { content: output.value, files: [] };
    case "json":
    case "error-json":
      return { content: JSON.stringify(output.value ?? null), files: [] };
    case "execution-denied":
      return { content: output.reason ?? "The call of the tool was denied.", files: [] };
    case "content":
      return contentOf(output.value);
    default:
      throw new UnsupportedFunctionalityError(`a result of the type ${output.type}`);
  }
}

function contentOf(parts) {
  const texts = [];
  const files = [];
  for (const part of parts) {
    if (part.type === "text") texts.push({ type: "text", text: part.text, ...own(part) });
    else files.push(contentPart(asFile(part)));
  }
  if (files.length > 0) texts.push({ type: "text", text: "(What the tool shows besides follows behind the results.)" });
  return { content: plain(texts), files };
}

/** The kinds of files in the results of tools before the fourth version of the interface. */
function asFile(part) {
  switch (part.type) {
    case "file":
      return part;
    case "file-data":
    case "media":
      return { ...part, data: { type: "data", data: part.data } };
    case "image-data":
      return { ...part, mediaType: part.mediaType ?? "image/*", data: { type: "data", data: part.data } };
    case "image-url":
      return { ...part, mediaType: "image/*", data: { type: "url", url: part.url } };
    case "file-url":
      return { ...part, mediaType: part.mediaType ?? "application/pdf", data: { type: "url", url: part.url } };
    default:
      throw new UnsupportedFunctionalityError(`a part of the type ${part.type} in a result of a tool`);
  }
}
