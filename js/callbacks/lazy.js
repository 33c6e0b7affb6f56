// What tells of calls, loaded when there is somebody to be told and something to tell: it costs nobody else a byte or a
// moment. Bundlers make a file of its own of it, or a part of theirs that is not run before.

export const outlets = () => import("./outlets.js");
