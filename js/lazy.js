// What is loaded when there is a use for it, so that it costs nobody else a byte or a moment: what tells of calls, what
// keeps answers, what fetches files, and what makes probes. Bundlers make files of their own of them, or parts of theirs that
// are not run before.

export const lazy = {
  outlets: () => import("./callbacks/outlets.js"),
  loadCache: () => import("./cache/look.js"),
  loadFiles: () => import("./files.js"),
  loadProbe: () => import("./probe/probe.js"),
};
