/**
 * An example value for a JSON schema: what the fake "model" fills tool arguments and structured output with.
 * Follows the keywords of OpenAI's strict mode; `pattern` and `format` are not looked at.
 */

/** Recursive schemas end here: deeper optional parts are left out, deeper required ones are empty. */
const MAX_DEPTH = 8;

/**
 * @param {any} schema
 * @param {string} text what a free text is filled with
 * @returns {unknown}
 */
export function exampleOf(schema, text) {
  return example(schema, { root: schema, text, depth: 0 });
}

/**
 * @param {any} schema
 * @param {{ root: any, text: string, depth: number }} context
 * @returns {unknown}
 */
function example(schema, context) {
  if (typeof schema !== "object" || schema === null) return context.text;
  if (context.depth > MAX_DEPTH) return null;
  const deeper = { ...context, depth: context.depth + 1 };
  if (typeof schema.$ref === "string") return example(resolve(schema.$ref, context.root), deeper);
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ("default" in schema) return schema.default;
  const choice = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choice)) return example(choice[0], deeper);
  if (Array.isArray(schema.allOf)) return example(Object.assign({}, ...schema.allOf), deeper);
  const type = Array.isArray(schema.type) ? schema.type[0] : (schema.type ?? (schema.properties ? "object" : "string"));
  return (BY_TYPE[type] ?? BY_TYPE.string)(schema, deeper);
}

/** @type {Record<string, (schema: any, context: { root: any, text: string, depth: number }) => unknown>} */
const BY_TYPE = {
  object: ({ properties, required }, context) => {
    const names = Object.keys(properties ?? {});
    const kept = context.depth < MAX_DEPTH ? names : names.filter((name) => required?.includes(name));
    return Object.fromEntries(kept.map((name) => [name, example(properties[name], context)]));
  },
  array: ({ items, minItems = 1 }, context) =>
    context.depth < MAX_DEPTH ? Array.from({ length: minItems }, () => example(items, context)) : [],
  string: ({ minLength = 0, maxLength = Infinity }, { text }) => text.padEnd(minLength, ".").slice(0, maxLength),
  integer: (schema) => Math.ceil(number(schema)),
  number: (schema) => number(schema),
  boolean: () => true,
  null: () => null,
};

/** @param {any} schema @returns {number} */
function number({ minimum, maximum, exclusiveMinimum }) {
  if (minimum !== undefined) return minimum;
  if (exclusiveMinimum !== undefined) return exclusiveMinimum + 1;
  return Math.min(1, maximum ?? 1);
}

/** A pointer within the schema itself ("#/$defs/name"). @param {string} pointer @param {any} root */
function resolve(pointer, root) {
  const names = pointer.split("/").slice(1);
  return names.reduce((at, name) => at?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], root);
}
