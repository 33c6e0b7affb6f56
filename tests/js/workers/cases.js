/** Runs one case, or one call, of the suites inside workerd and tells how it went. */
import "../support/memory.js";
import * as product from "switchman";
import * as testkit from "switchman/testkit";
import { makeHandler } from "../support/remote.js";

export default { fetch: makeHandler(product, testkit, "workerd") };
