// Files of a prompt, as parts of a message in OpenAI's shape.

import { UnsupportedFunctionalityError } from "./errors.js";

/** OpenAI's names of the kinds of audio that it takes. */
const AUDIO = { "audio/wav": "wav", "audio/x-wav": "wav", "audio/mp3": "mp3", "audio/mpeg": "mp3" };

/** The first bytes of images, for where only "image" is said. */
const IMAGES = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46]],
];

/**
 * What a file is made of: `{url}`, `{base64}`, `{text}` or `{id}`. Before the fourth version of the interface it is the
 * bare bytes, base64 or address.
 */
function sourceOf(data) {
  if (data instanceof URL) return { url: data.href };
  if (typeof data === "string") return { base64: data };
  if (ArrayBuffer.isView(data)) return { base64: base64Of(data) };
  switch (data?.type) {
    case "url":
      return { url: data.originalUrl ?? String(data.url) };
    case "data":
      return sourceOf(data.data);
    case "text":
      return { text: data.text };
    case "reference":
      return { id: data.reference.switchman };
    default:
      throw new UnsupportedFunctionalityError("a file of this form");
  }
}

/**
 * @param {any} part of type "file"
 * @returns {Record<string, any>}
 */
export function filePart({ data, mediaType, filename }) {
  const source = sourceOf(data);
  const [kind] = mediaType.split("/");
  if (source.text !== undefined) return { type: "text", text: source.text };
  if ("id" in source) {
    if (typeof source.id !== "string") throw new UnsupportedFunctionalityError("a reference to a file without a name for `switchman`");
    return { type: "file", file: { file_id: source.id } };
  }
  const { url, base64 } = source;
  if (kind === "image") return { type: "image_url", image_url: { url: url ?? dataUri(imageType(mediaType, base64), base64) } };
  if (kind === "text" && base64 !== undefined) return { type: "text", text: new TextDecoder().decode(bytesOf(base64)) };
  if (kind === "audio" && base64 !== undefined) {
    const format = AUDIO[mediaType];
    if (!format) throw new UnsupportedFunctionalityError(`audio of the type ${mediaType}`);
    return { type: "input_audio", input_audio: { data: base64, format } };
  }
  if (kind === "audio" || kind === "video") throw new UnsupportedFunctionalityError(`a file of the type ${mediaType} by its address`);
  // Of an address the dialects that can read one make a document.
  if (url !== undefined) return { type: "file", file: { file_id: url, filename } };
  return { type: "file", file: { filename: filename ?? `file.${mediaType.split("/")[1] ?? "bin"}`, file_data: dataUri(mediaType, base64) } };
}

const dataUri = (mediaType, base64) => `data:${mediaType};base64,${base64}`;

/** "image" and "image/*" do not say which; the bytes do. */
function imageType(mediaType, base64) {
  if (/^image\/[^*]/.test(mediaType)) return mediaType;
  const head = bytesOf(base64.slice(0, 16));
  return IMAGES.find(([, bytes]) => /** @type {number[]} */ (bytes).every((byte, at) => head[at] === byte))?.[0] ?? "image/png";
}

/** @param {string} base64 */
const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** In pieces: a call takes so many arguments and no more. @param {ArrayBufferView} view */
function base64Of(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}
