/** Three groups of one deployment each, and a look at errors over fetch. Runs on every runtime. */

import assert from "node:assert/strict";
import { deployment, fetchOf } from "./kit.js";

/** Where requests to the router go; any origin would do. */
export const ORIGIN = "https://router.test";

/** The error of a response, after a look at its shape. */
export async function errorIn(response, status) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get("content-type"), /^application\/json/);
  assert.equal(response.headers.get("x-should-retry"), "false");
  const { error } = JSON.parse(text);
  assert.deepEqual(Object.keys(error).sort(), ["code", "message", "param", "type"]);
  assert.ok(error.message.length > 0);
  return error;
}

/** A group, its fallback, and a group that is nobody's fallback. */
export function three(kit, { host, ...config } = {}) {
  const providers = ["one", "two", "three"].map((name) => kit.provider(name));
  const [one, two, other] = providers;
  const model_list = [deployment("one"), deployment("two", {}, "backup"), deployment("three", {}, "other")];
  const router = kit.router({ model_list, num_retries: 0, ...config }, { fetch: fetchOf(...providers), seed: 1, ...host });
  return { router, one, two, other };
}
