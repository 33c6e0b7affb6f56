/** Headless Chromium. */

import { chromium as playwright } from "playwright-core";
import { chromium } from "../../../scripts/chromium.mjs";

/** No sandbox, since tests run as root in containers; nothing of the browser's own on the network; no host but this one. */
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
];

/** Starts the browser, with a profile of its own that is gone afterwards. */
export const startChromium = () => playwright.launch({ executablePath: chromium(), args: FLAGS });

/**
 * Opens a page and waits until its script has set a global.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {string} name the global's
 */
export async function openPage(browser, url, name) {
  const log = [];
  const requested = [];
  const tab = await browser.newPage();
  tab.on("console", (message) => log.push(message.text()));
  tab.on("pageerror", (error) => log.push(String(error)));
  tab.on("request", (request) => requested.push(new URL(request.url()).pathname));
  try {
    await tab.goto(url);
    await tab.waitForFunction((name) => globalThis[name] !== undefined, name, { timeout: 20_000 });
  } catch (error) {
    throw new Error(`the page did not start: ${error.message}\n${log.join("\n")}`);
  }
  return { tab, log, requested };
}

/**
 * Opens a page that runs cases.
 * @returns {Promise<import("./runtimes.mjs").Runtime>}
 */
export async function casesIn(browser, url) {
  const { tab, log } = await openPage(browser, url, "remote");
  const ask = (path, asked) => tab.evaluate(([path, asked]) => globalThis.remote(path, asked), [path, asked]);
  return { ask, log, stop: () => tab.close() };
}
