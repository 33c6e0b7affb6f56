/**
 * The limits of structured output: which schemas the API refuses.
 */

/** Constraints that the API does not enforce, and therefore does not take. */
const CONSTRAINTS = new Set(
  ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"].concat([
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
  ]),
);

/** Keywords whose value is a schema, a list of schemas or an object of schemas. */
const NESTED = ["items", "anyOf", "allOf", "properties", "$defs", "definitions"];

/**
 * @param {any} schema
 * @param {string} at where the schema stands in the request
 * @returns {Generator<string, void>}
 */
export function* schemaMistakes(schema, at) {
  if (typeof schema !== "object" || schema === null) return;
  if (schema.type === "object" && schema.additionalProperties !== false)
    yield `${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`;
  for (const name of Object.keys(schema))
    if (CONSTRAINTS.has(name)) yield `${at}: For '${schema.type}' type, property '${name}' is not supported`;
  if (schema.minItems > 1) yield `${at}: For 'array' type, 'minItems' values other than 0 or 1 are not supported`;
  for (const name of NESTED) {
    const nested = schema[name];
    const isMap = name === "properties" || name === "$defs" || name === "definitions";
    if (isMap || Array.isArray(nested))
      for (const [key, one] of Object.entries(nested ?? {})) yield* schemaMistakes(one, `${at}.${name}.${key}`);
    else yield* schemaMistakes(nested, `${at}.${name}`);
  }
}
