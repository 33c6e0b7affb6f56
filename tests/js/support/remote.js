/** What a runtime does for the test runner: one case, or one call, and how it went. Runs on every runtime. */

import { makeKit } from "./kit.js";
import { perform } from "./perform.js";
import { loadSuites, pageSuites, suites } from "../cases/index.js";

/**
 * @param {any} product the exports of `switchman`
 * @param {any} testkit the exports of `switchman/testkit`
 * @param {Parameters<typeof makeKit>[2]} runtime
 * @returns {(path: string, asked: any) => Promise<{ status: number, body: string }>} never rejects: what went wrong is
 *   told in the body, with status 500
 */
export function makeRemote(product, testkit, runtime) {
  const routes = {
    async "/case"({ suite, title }) {
      const kit = makeKit(product, testkit, runtime);
      await { ...suites, ...loadSuites, ...pageSuites }[suite][title](kit);
      await kit.settled();
      return { passed: true };
    },
    "/perform": (scenario) => perform(product.Router, scenario),
  };
  return async (path, asked) => {
    try {
      return { status: 200, body: JSON.stringify(await routes[path](asked)) };
    } catch (error) {
      // Not every engine repeats the message in the stack.
      return { status: 500, body: `${error}\n${error?.stack}` };
    }
  };
}

/** The same as a server's handler. */
export function makeHandler(product, testkit, runtime) {
  const remote = makeRemote(product, testkit, runtime);
  return async (request) => {
    const { status, body } = await remote(new URL(request.url).pathname, await request.json());
    return new Response(body, { status, headers: { "content-type": "application/json" } });
  };
}
