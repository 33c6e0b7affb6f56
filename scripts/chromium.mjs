/** The browser of the tests: a system package, used if it is there and installed where that is allowed. */

import { existsSync } from "node:fs";
import { outputOf } from "./run.mjs";

/** Where Debian's package puts it. */
const DEBIAN = "/usr/bin/chromium";

/** What to say where there is none. */
export const NO_CHROMIUM = "no Chromium: install the package chromium, or name the program in CHROMIUM";

/** The path of the program: what CHROMIUM names, else Debian's; `undefined` if it is not there. */
export const chromium = () => [process.env.CHROMIUM || DEBIAN].find(existsSync);

/** Installs Debian's package if there is no Chromium and we may install. What stands against it is told, and no failure. */
export async function installChromium() {
  const mayInstall = process.platform === "linux" && process.getuid() === 0 && existsSync("/usr/bin/apt-get");
  if (chromium() || process.env.CHROMIUM || !mayInstall) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  // Another installation may be under way on the machine.
  const apt = (...args) => outputOf("apt-get", ["-o", "DPkg::Lock::Timeout=300", "-qq", ...args], { env });
  console.log("installing chromium");
  try {
    await apt("update");
    await apt("install", "--yes", "--no-install-recommends", "chromium");
  } catch (error) {
    console.log(`chromium was not installed: ${error.message}`);
  }
}
