/** What is measured on Node. */

/** How many chunks a streamed answer has. */
export const CHUNKS = 100;

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} title
 * @property {"completion" | "request" | "init"} via how the router is called: with an object; `fetch(request)`; `fetch(url, init)`
 * @property {number} kilobytes of the prompt
 * @property {boolean} [isStream]
 * @property {"bare" | "by-hand"} baseline what the router is held against
 * @property {number} [aim] the ratio of processor time, router to baseline, that is aimed at
 * @property {number} [nextAim] the same, for the next version
 */

/** @type {Case[]} */
export const cases = [
  { name: "completion-1k", title: "completion, 1 KB", via: "completion", kilobytes: 1, baseline: "bare", aim: 1.0 },
  { name: "request-1k", title: "fetch(request), 1 KB", via: "request", kilobytes: 1, baseline: "by-hand", aim: 0.85 },
  { name: "request-100k", title: "fetch(request), 100 KB", via: "request", kilobytes: 100, baseline: "by-hand", aim: 0.4 },
  { name: "init-1k", title: "fetch(url, init), 1 KB", via: "init", kilobytes: 1, baseline: "bare", aim: 1.4 },
  { name: "init-100k", title: "fetch(url, init), 100 KB", via: "init", kilobytes: 100, baseline: "bare" },
  { name: "request-stream", title: "fetch(request), 100 chunks", via: "request", kilobytes: 1, isStream: true, baseline: "by-hand", nextAim: 0.5 },
  { name: "completion-stream", title: "completion, 100 chunks", via: "completion", kilobytes: 1, isStream: true, baseline: "bare", nextAim: 0.85 },
];

/** @param {string | undefined} name */
export function caseNamed(name) {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new RangeError(`no case "${name}": ${cases.map((one) => one.name).join(", ")}`);
  return found;
}
