/**
 * The demo worker with a line in the log for each answer: who gave it, and how it came about. Beside it, everywhere but
 * under `/v1/`, the page, which has a router of its own.
 */
import worker from "../examples/worker/index.js";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method === "GET" && !pathname.startsWith("/v1/")) return env.PAGE.fetch(request);
    const started = Date.now();
    const response = await worker.fetch(request);
    const told = (name) => response.headers.get(`x-switchman-${name}`);
    const retries = Number(told("attempted-retries"));
    const who = told("model-used") ? `answered by ${told("model-used")} (deployment ${told("model-id")})` : "not routed";
    const how = retries > 0 ? `, ${retries} ${retries === 1 ? "retry" : "retries"}` : "";
    console.log(`${request.method} ${pathname} ${response.status} ${who}${how}, ${Date.now() - started} ms`);
    return response;
  },
};
