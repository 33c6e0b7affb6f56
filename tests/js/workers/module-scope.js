/** Routers at module scope, where a worker may not fetch, set timers, read a clock or draw random numbers. */
import { env } from "cloudflare:workers";
import { ConfigError, Router } from "switchman";

const one = new Router(env.CONFIG);
const two = new Router(env.CONFIG);
const many = Array.from({ length: 100 }, () => new Router(env.CONFIG));

let mistakes = [];
try {
  new Router({ num_retries: "many" });
} catch (error) {
  mistakes = error instanceof ConfigError ? error.problems.map(({ path }) => path) : [String(error)];
}

const routers = { "/one": one, "/two": two, "/many": many[99] };

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/mistakes") return Response.json(mistakes);
    const answer = await routers[pathname].completion(await request.json()).catch(({ name, attempts }) => ({ name, attempts }));
    return Response.json({
      ...answer,
      attempts: answer.attempts ?? answer._hidden_params.attempts,
      call_id: answer._hidden_params?.call_id,
    });
  },
};
