/**
 * `npm run errors:litellm`: what Switchman and LiteLLM make of the same error bodies. Needs Python 3.10 or newer; LiteLLM is
 * installed into a folder of its own under the user's cache, once.
 *
 *     --all    shows the differences that are explained, too
 */

import { python } from "../prices/against-litellm.mjs";
import { at, isMain } from "../project.mjs";
import { run, script } from "../run.mjs";

if (isMain(import.meta)) {
  await script(async () => {
    await run(await python(), [at("scripts", "errors", "against-litellm.py"), ...process.argv.slice(2)]);
  });
}
