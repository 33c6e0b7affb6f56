/**
 * Faults that strike before the response head: slowness, refusal, silence.
 */

import { isCount } from "./checks.js";

/** @type {import("./index.js").FaultRows} */
export const connectionFaults = {
  latencyMs: {
    takes: "milliseconds",
    valid: isCount,
    connect: async (ms, { sleep, signal }) => {
      if (ms > 0) await sleep(ms, signal);
    },
  },
  refuse: {
    takes: "true",
    valid: (value) => value === true,
    connect: () => {
      const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });
      throw new TypeError("fetch failed", { cause });
    },
  },
};
