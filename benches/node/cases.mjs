/** What is measured on Node. */

/** How many chunks a streamed answer has: an event each. */
export const CHUNKS = 100;

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} title
 * @property {"completion" | "request" | "init"} via how the router is called: with an object; `fetch(request)`; `fetch(url, init)`
 * @property {number} kilobytes of the prompt
 * @property {boolean} [isStream]
 * @property {boolean} [isTranslated] the provider speaks the Messages API: request and events are translated
 * @property {"bare" | "by-hand" | "relayed"} baseline what the router is held against; `relayed` is the router itself, called
 *   in the same way, with a provider whose events need no translation
 * @property {number} [aim] the ratio of processor time, router to baseline, that is aimed at
 * @property {boolean} [hasFloor] is what the platform alone takes measured too?
 * @property {number} [eventAim] how many µs an event may cost more than with the baseline
 */

/** @type {Case[]} */
export const cases = [
  { name: "completion-1k", title: "completion, 1 KB", via: "completion", kilobytes: 1, hasFloor: true, baseline: "bare", aim: 1.0 },
  { name: "request-1k", title: "fetch(request), 1 KB", via: "request", kilobytes: 1, hasFloor: true, baseline: "by-hand", aim: 0.85 },
  { name: "request-100k", title: "fetch(request), 100 KB", via: "request", kilobytes: 100, hasFloor: true, baseline: "by-hand", aim: 0.4 },
  { name: "init-1k", title: "fetch(url, init), 1 KB", via: "init", kilobytes: 1, hasFloor: true, baseline: "bare", aim: 1.4 },
  { name: "init-100k", title: "fetch(url, init), 100 KB", via: "init", kilobytes: 100, hasFloor: true, baseline: "bare" },
  { name: "request-stream", title: "fetch(request), 100 chunks", via: "request", kilobytes: 1, isStream: true, hasFloor: true, baseline: "by-hand", aim: 0.5 },
  { name: "completion-stream", title: "completion, 100 chunks", via: "completion", kilobytes: 1, isStream: true, baseline: "bare", aim: 0.85 },
  { name: "request-translated", title: "fetch(request), 100 events", via: "request", kilobytes: 1, isStream: true, isTranslated: true, baseline: "relayed", eventAim: 3 },
  { name: "completion-translated", title: "completion, 100 events", via: "completion", kilobytes: 1, isStream: true, isTranslated: true, baseline: "relayed", eventAim: 3 },
];

/** @param {string | undefined} name */
export function caseNamed(name) {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new RangeError(`no case "${name}": ${cases.map((one) => one.name).join(", ")}`);
  return found;
}
