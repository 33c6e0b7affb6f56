/**
 * What a fault's value may be. Shared by the rows of the table.
 */

/** Whether the value is a whole number from zero up. @param {unknown} value */
export const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** Whether the value is an object other than an array. @param {unknown} value */
export const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Whether the value is an object with no key but these, each holding what its check allows.
 * @param {any} value
 * @param {Record<string, (field: unknown) => boolean>} fields
 */
export const isRecordOf = (value, fields) =>
  isRecord(value) &&
  Object.entries(value).every(([key, field]) => field === undefined || (Object.hasOwn(fields, key) && fields[key](field)));
