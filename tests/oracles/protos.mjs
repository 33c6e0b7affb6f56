/** Google's own definitions of its API, and what is wrong with a message by them. */

import { readFileSync } from "node:fs";
import { PROTOS } from "../../scripts/clients.mjs";

const { nested } = JSON.parse(readFileSync(PROTOS, "utf8"));
const PACKAGE = "google.ai.generativelanguage.v1beta";

/**
 * What the API has got since these definitions were published; it stands in the types of Google's client 2.32.0, and in
 * its guides.
 */
const LATER = {
  GenerateContentRequest: { serviceTier: "string" },
  ThinkingConfig: { thinkingLevel: "string" },
};

const CHECKS = {
  string: (value) => typeof value === "string",
  bytes: (value) => typeof value === "string" && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value),
  bool: (value) => typeof value === "boolean",
  int32: (value) => Number.isInteger(value),
  int64: (value) => Number.isInteger(value) || /^-?\d+$/.test(value),
  float: (value) => typeof value === "number",
  double: (value) => typeof value === "number",
};

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Any JSON, or any object of it. */
const FREE = { "google.protobuf.Value": () => true, "google.protobuf.Struct": isObject };

/** What is found under a dotted name; `undefined` if nothing is. */
const at = (path) => path.split(".").reduce((place, name) => place?.[name] ?? place?.nested?.[name], nested);

/** A type, as it is named within another one: from the inside out. */
function typeOf(name, within) {
  for (let scope = within.split("."); scope.length > 0; scope = scope.slice(0, -1)) {
    const path = [...scope, name].join(".");
    const found = at(path);
    if (found) return { path, ...found };
  }
  throw new Error(`${name} is no type within ${within}`);
}

/**
 * What is wrong with a message.
 * @param {unknown} message
 * @param {string} name of its type
 * @returns {string[]}
 */
export const mistakesIn = (message, name) => [...mistakes(message, typeOf(name, PACKAGE), name)];

function* mistakes(message, type, place) {
  if (!isObject(message)) return yield `${place} is no object`;
  const later = LATER[type.path.split(".").at(-1)] ?? {};
  const set = new Map();
  for (const [name, value] of Object.entries(message)) {
    const field = type.fields[name] ?? (later[name] && { type: later[name] });
    const here = `${place}.${name}`;
    if (!field) {
      yield `${here} is unknown`;
      continue;
    }
    const choice = Object.entries(type.oneofs ?? {}).find(([, { oneof }]) => oneof.includes(name) && oneof.length > 1)?.[0];
    if (choice && set.has(choice)) yield `${here} and ${set.get(choice)} are both set`;
    if (choice) set.set(choice, name);
    if (field.keyType) {
      for (const [key, one] of Object.entries(value)) yield* checked(one, field, type, `${here}.${key}`);
    } else if (field.rule === "repeated") {
      if (!Array.isArray(value)) yield `${here} is no list`;
      else for (const [index, one] of value.entries()) yield* checked(one, field, type, `${here}[${index}]`);
    } else yield* checked(value, field, type, here);
  }
}

function* checked(value, field, within, place) {
  const check = CHECKS[field.type] ?? FREE[field.type];
  if (check) {
    if (!check(value)) yield `${place} is no ${field.type}: ${JSON.stringify(value)}`;
    return;
  }
  const type = typeOf(field.type, within.path);
  if (!type.values) yield* mistakes(value, type, place);
  else if (!Object.hasOwn(type.values, value)) yield `${place} is none of ${Object.keys(type.values)}: ${value}`;
}
