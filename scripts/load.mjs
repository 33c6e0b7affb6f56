/** `npm run load`: 10,240 streams on Node and in workerd, 640 at once; the short version of it is one of the tests. */

import { build } from "./build.mjs";
import { at } from "./project.mjs";
import { run, script } from "./run.mjs";
import { npmPackages } from "./setup.mjs";

await script(async () => {
  await npmPackages();
  await build();
  const args = ["--test", "--test-reporter=spec", at("tests", "js", "load.test.mjs")];
  await run(process.execPath, args, { env: { LOAD: "long" } });
});
