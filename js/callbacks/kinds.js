// What is the same for many calls, written once: which provider and address, which operation and model.

import { int, kept, quoted, text } from "./otlp.js";

/** What the conventions call a provider, where it is not what LiteLLM calls it. */
const PROVIDERS = {
  azure: "azure.ai.openai", azure_ai: "azure.ai.inference", bedrock: "aws.bedrock", gemini: "gcp.gemini", mistral: "mistral_ai",
  vertex_ai: "gcp.vertex_ai", watsonx: "ibm.watsonx.ai", xai: "x_ai",
};

/** So many kinds of calls are remembered of each deployment: models are named by callers, who may name anything. */
const MOST_KINDS = 1_000;

/** In the place of a deployment, where a call was sent to none. */
export const NOBODY = Object.freeze({ id: "", group: "", provider: "switchman", model: "", model_used: "", api_base: "" });

/**
 * What is the same for all calls of a kind.
 * @typedef {object} Kind
 * @property {string} attributes of the call, for spans and for metrics
 * @property {string} name of the call's span, as JSON
 */

/** By deployment and kind. @type {WeakMap<object, Map<string, Kind>>} */
const kinds = new WeakMap();

/** @param {import("./call.js").Told} call @returns {Kind} */
export function kindOf({ operation, model, facts, error }) {
  const known = facts ?? NOBODY;
  let ofDeployment = kinds.get(known);
  if (!ofDeployment) kinds.set(known, (ofDeployment = new Map()));
  const key = `${operation} ${error === null} ${model}`;
  let kind = ofDeployment.get(key);
  if (kind) return kind;
  // The conventions had another name for the provider before.
  const system = text("gen_ai.system", nameOf(known.provider));
  const attributes = [text("gen_ai.operation.name", operation), ...placeOf(known), system, text("gen_ai.request.model", model)];
  if (facts !== null && error === null) attributes.push(text("gen_ai.response.model", facts.model));
  kind = { attributes: kept(attributes), name: quoted(`${operation} ${model}`) };
  if (ofDeployment.size >= MOST_KINDS) ofDeployment.clear();
  ofDeployment.set(key, kind);
  return kind;
}

/** Attempts at a deployment, by that. @type {WeakMap<object, Kind>} */
const attempts = new WeakMap();

/** What is the same for all attempts at a deployment. @returns {Kind} */
export function attemptOf(facts) {
  const known = attempts.get(facts);
  if (known) return known;
  const attributes = [...placeOf(facts), text("gen_ai.request.model", facts.model), text("switchman.deployment", facts.id)];
  const kind = { attributes: kept(attributes), name: quoted(`attempt ${facts.model_used}`) };
  attempts.set(facts, kind);
  return kind;
}

const nameOf = (provider) => PROVIDERS[provider] ?? provider;

/** Provider and address of a deployment. */
function placeOf({ provider, api_base }) {
  const place = [text("gen_ai.provider.name", nameOf(provider))];
  try {
    const { hostname, port, protocol } = new URL(api_base);
    place.push(text("server.address", hostname), int("server.port", Number(port) || (protocol === "http:" ? 80 : 443)));
  } catch {
    // Where it lives is not known.
  }
  return place;
}
