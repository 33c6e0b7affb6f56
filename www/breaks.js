/** The ways to break a provider: what it does from its next call on, and what can be done to it while it streams. */

/** Waits are counted in words: the page's speed says how long a word takes. */
export const HEAD_WORDS = 4;
const DRIP_WORDS = 8;
/** Long enough to watch how the bench runs out. */
const RETRY_AFTER_S = 5;

/** @type {{ id: string, label: string, fault?: import("../js/testkit/index.js").Fault }[]} */
export const BREAKS = [
  { id: "works", label: "works" },
  { id: "500", label: "answers 500", fault: { status: 500 } },
  { id: "429", label: "answers 429", fault: { status: 429, headers: { "retry-after": String(RETRY_AFTER_S) } } },
  { id: "refuse", label: "refuses to connect", fault: { refuse: true } },
  { id: "stall", label: "never begins", fault: { stall: "body" } },
  { id: "html", label: "sends HTML as a 200", fault: { html: true } },
  { id: "drip", label: "drips slowly", fault: { latencyMs: HEAD_WORDS * DRIP_WORDS, chunkDelayMs: DRIP_WORDS } },
];

/** @type {{ how: "cut" | "silence" | "errorEvent", label: string }[]} */
export const LIVE_BREAKS = [
  { how: "cut", label: "Cut the connection" },
  { how: "silence", label: "Fall silent" },
  { how: "errorEvent", label: "Send an error event" },
];
