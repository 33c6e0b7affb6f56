/**
 * The table of faults. A fault is plain data, `{ kind: value, … }`; each kind is one row here, and a new kind is one
 * new row. Rows apply in the order of the table, whatever the order of the keys.
 */

import { bodyFaults } from "./body.js";
import { connectionFaults } from "./connection.js";
import { eventFaults } from "./events.js";
import { replyFaults } from "./reply.js";
import { splitFaults } from "./split.js";

/** @typedef {import("../index.js").Fault} Fault */
/** @typedef {import("../reply.js").Reply} Reply */
/** @typedef {import("../reply.js").Step} Step */

/**
 * @typedef {object} Circumstances
 * @property {Fault} fault all of it: some kinds look at their siblings
 * @property {(status: number, fields?: object) => object} errorBody the dialect's error body, for this request
 * @property {import("../dialect.js").StreamFormat} stream
 * @property {(ms: number, signal?: AbortSignal) => Promise<void>} sleep
 * @property {AbortSignal | undefined} signal
 */

/**
 * One kind of fault; each hook is optional. `value` is what the fault holds under the row's name.
 * @typedef {object} FaultRow
 * @property {string} takes what the value may be, for the error message
 * @property {(value: any) => boolean} valid
 * @property {(value: any, circumstances: Circumstances) => void | Promise<void>} [connect] before the head
 * @property {(reply: Reply, value: any, circumstances: Circumstances) => Reply} [reply] bends the reply
 * @property {(steps: Iterable<Step>, value: any, circumstances: Circumstances & { reply: Reply }) => Iterable<Step>} [body]
 *   bends the delivery of the body
 */

/** @typedef {Record<string, FaultRow>} FaultRows */

/** @type {FaultRows} */
const ROWS = { ...connectionFaults, ...replyFaults, ...eventFaults, ...bodyFaults, ...splitFaults };

/** The names of all kinds of faults. */
export const faultKinds = Object.freeze(Object.keys(ROWS));

/**
 * Checks a fault and gives it back.
 * @template {Fault | undefined | null | false} F
 * @param {F} fault
 * @returns {F}
 * @throws {TypeError} names the kind that is unknown or the value that is not allowed
 */
export function checkFault(fault) {
  if (fault === undefined || fault === null || fault === false) return fault;
  if (typeof fault !== "object") throw new TypeError(`a fault is an object, not ${typeof fault}`);
  for (const [kind, value] of Object.entries(fault)) {
    const row = Object.hasOwn(ROWS, kind) ? ROWS[kind] : undefined;
    if (!row) throw new TypeError(`unknown fault "${kind}"; known: ${faultKinds.join(", ")}`);
    if (isSet(value) && !row.valid(value)) throw new TypeError(`fault "${kind}" takes ${row.takes}`);
  }
  return fault;
}

/**
 * Runs what the fault does before the head.
 * @param {Circumstances} circumstances
 */
export async function connectThrough(circumstances) {
  for (const [row, value] of rowsOf(circumstances.fault)) await row.connect?.(value, circumstances);
}

/**
 * The reply after the fault.
 * @param {Reply} reply
 * @param {Circumstances} circumstances
 * @returns {Reply}
 */
export function bendReply(reply, circumstances) {
  for (const [row, value] of rowsOf(circumstances.fault)) reply = row.reply?.(reply, value, circumstances) ?? reply;
  return reply;
}

/**
 * The delivery of the body after the fault.
 * @param {Iterable<Step>} steps
 * @param {Reply} reply
 * @param {Circumstances} circumstances
 * @returns {Iterable<Step>}
 */
export function bendBody(steps, reply, circumstances) {
  for (const [row, value] of rowsOf(circumstances.fault)) steps = row.body?.(steps, value, { ...circumstances, reply }) ?? steps;
  return steps;
}

/**
 * @param {Fault} fault
 * @returns {[FaultRow, any][]}
 */
function rowsOf(fault) {
  const values = /** @type {Record<string, unknown>} */ (fault);
  return faultKinds.filter((kind) => isSet(values[kind])).map((kind) => [ROWS[kind], values[kind]]);
}

/** A kind that is switched off reads as absent. @param {unknown} value */
function isSet(value) {
  return value !== undefined && value !== null && value !== false;
}
