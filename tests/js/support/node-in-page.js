/** What the cases need of Node's own modules, for browsers: from packages of these names. */
import assert from "assert/build/assert.js";
import util from "util/util.js";

export default assert.strict;
export const { inspect } = util;
