// What is loaded when there is a use for it, so that it costs nobody else a byte or a moment: what tells of calls, and what
// keeps answers. Bundlers make files of their own of them, or parts of theirs that are not run before.

export const lazy = {
  outlets: () => import("./callbacks/outlets.js"),
  loadCache: () => import("./cache/look.js"),
};
