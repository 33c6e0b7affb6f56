/** Runs one case, or one call, of the suites inside workerd and tells how it went. */
import * as product from "switchman";
import * as testkit from "switchman/testkit";
import { makeKit } from "../support/kit.js";
import { perform } from "../support/perform.js";
import { suites } from "../cases/index.js";

const routes = {
  async "/case"({ suite, title }) {
    const kit = makeKit(product, testkit, "workerd");
    await suites[suite][title](kit);
    await kit.settled();
    return Response.json({ passed: true });
  },
  async "/perform"(scenario) {
    return Response.json(await perform(product.Router, scenario));
  },
};

export default {
  async fetch(request) {
    try {
      return await routes[new URL(request.url).pathname](await request.json());
    } catch (error) {
      return new Response(error?.stack ?? String(error), { status: 500 });
    }
  },
};
