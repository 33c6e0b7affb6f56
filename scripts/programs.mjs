/** Programs that come as npm packages, one package a platform; nothing has to run for them when they are installed. */

import { existsSync } from "node:fs";
import { at, textOf } from "./project.mjs";
import { UsageError } from "./run.mjs";

/**
 * The absolute path of the program of an npm package such as `deno` or `bun`. Their own commands would copy or fetch it
 * in an install script.
 * @throws {UsageError} if there is none for this platform
 */
export function programOf(name) {
  const { optionalDependencies } = JSON.parse(textOf("node_modules", name, "package.json"));
  const files = [name, `${name}.exe`].flatMap((file) => [[file], ["bin", file]]);
  for (const platform of Object.keys(optionalDependencies)) {
    for (const file of files) {
      const path = at("node_modules", platform, ...file);
      if (existsSync(path)) return path;
    }
  }
  throw new UsageError(`the npm package ${name} has no program for ${process.platform} on ${process.arch}`);
}
