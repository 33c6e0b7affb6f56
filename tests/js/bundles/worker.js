/** A worker of the smallest kind. */
import { Router } from "switchman";
import { hello } from "./hello.js";

export default { fetch: async () => new Response(await hello(Router)) };
