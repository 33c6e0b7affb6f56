/** The package in a browser: the cases, from a static host without a bundler and bundled; failover over its own `fetch`. */

import { after, before, describe } from "node:test";
import { NO_CHROMIUM, chromium } from "../../scripts/chromium.mjs";
import { pageSuites, suites } from "./cases/index.js";
import { casesIn, startChromium } from "./support/chromium.mjs";
import { failover } from "./support/failover.mjs";
import { forPages, servePages } from "./support/pages.mjs";
import { performIn } from "./support/runtimes.mjs";
import { onRemote } from "./support/suite.mjs";

/** A bundler changes how modules are found, and nothing that they do: a few suites tell. */
const { scope, secretsHome, streamObjects } = suites;

/** A browser tells a program that there was a redirect, and not which. */
const DIFFERS = {
  "a redirect": { status: null },
  "a redirect that asks to be sent everything again": { status: null },
};

describe("the package in Chromium", { skip: chromium() ? false : NO_CHROMIUM }, () => {
  let browser;
  let host;
  before(async () => {
    host = await servePages();
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    await host?.close();
  });
  const open = (page) => () => casesIn(browser, `${host.url}/${page}.html`);

  onRemote("Chromium", open("plain"), { ...suites, ...pageSuites }, (remote) => {
    failover("Chromium", (scenario) => performIn(remote(), scenario), { served: forPages, differs: DIFFERS });
  });
  onRemote("Chromium, bundled", open("bundled"), { scope, secretsHome, streamObjects });
});
