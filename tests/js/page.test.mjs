/** The page of www/ in a real browser, from a static host, over the packed package. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { at } from "../../scripts/project.mjs";
import { startWorker } from "../../scripts/worker.mjs";
import { pageFiles, pageResponse } from "../../scripts/www.mjs";
import { packed } from "./pack.mjs";
import { hasBrowser, hostedPage, launch } from "./support/browser.mjs";

const FIRST = "openai/gpt-4o-mini";
const REPLY = /^A switchman stands where the tracks part .+ is set on the next\.$/;
/** Long enough to click in the middle of an answer, which has some seventy words. */
const SLOW_MS = 50;
const FAST_MS = 2;
/** Where a test waits for the router to lose patience. */
const SHORT_PATIENCE_S = 1;

const packageIn = async () => join(await packed(), "node_modules", "switchman");

test("npm start serves the page beside the demo worker", async (t) => {
  const files = pageFiles(await packageIn());
  const PAGE = ({ url }) => pageResponse(files, new URL(url).pathname.slice(1));
  const worker = await startWorker(at("scripts", "logged.js"), { packageIn: await packed(), services: { PAGE } });
  t.after(() => worker.stop());
  const typeOf = async (path) => [(await worker.fetch(path)).status, (await worker.fetch(path)).headers.get("content-type")];
  assert.deepEqual(await typeOf("/"), [200, "text/html; charset=utf-8"]);
  assert.deepEqual(await typeOf("/lib/pkg/switchman_bg.wasm"), [200, "application/wasm"]);
  assert.deepEqual(await typeOf("/v1/models"), [200, "application/json"]);
  assert.equal((await typeOf("/no-such-file"))[0], 404);
});

describe("the page in Chromium", { skip: !hasBrowser && "no Chromium: apt-get install chromium, or CHROMIUM=path" }, () => {
  let host;
  let browser;
  before(async () => {
    host = await hostedPage(await packageIn());
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await host?.stop();
  });

  /** A fresh page whose first provider gets all calls but two in a million; fails the test for any error on it. */
  async function opened(t, { msPerWord = FAST_MS, patience, ...options } = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const wrong = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("request", (request) => request.url().startsWith(host.url) || wrong.push(`asked for ${request.url()}`));
    t.after(async () => {
      await context.close();
      assert.deepEqual(wrong, []);
    });
    await page.goto(host.url);
    await page.waitForSelector("body[data-ready]");
    await page.fill("#speed", String(msPerWord));
    if (patience) await set(page, "#patience", patience);
    await set(page, "[data-id=mini] .weight input", 1_000_000);
    return page;
  }

  const set = async (page, selector, value) => {
    await page.fill(selector, String(value));
    await page.press(selector, "Tab");
  };
  const ask = async (page) => {
    await page.fill("#question", "What does a switchman do?");
    await page.press("#question", "Enter");
  };
  /** Waits until the only answer is in that state, and reads what it says. */
  const answerIn = async (page, state) => {
    await page.waitForSelector(`.answer[data-state=${state}]`);
    const textOf = (selector) => page.locator(`.answer ${selector}`).textContent();
    const attempts = await page.locator(".answer .attempts li").allTextContents();
    return { text: await textOf(".text"), outcome: await textOf(".outcome"), attempts };
  };

  test("an answer streams in, ends, and says who gave it", async (t) => {
    const page = await opened(t, { msPerWord: SLOW_MS });
    await ask(page);
    await page.waitForSelector(".answer[data-state=streaming][aria-busy=true]");
    await page.waitForSelector("[data-id=mini][data-state=answering]");
    const part = await page.locator(".answer .text").textContent();
    await page.fill("#speed", String(FAST_MS));
    const { text, outcome, attempts } = await answerIn(page, "complete");
    assert.match(text, REPLY);
    assert.ok(text.startsWith(part) && part.length < text.length, "it did not stream");
    assert.match(outcome, /^Complete\. Answered by openai\/gpt-4o-mini, first token after [\d.]+ m?s, .+ in all\.$/);
    assert.deepEqual(attempts, [`${FIRST} answered.`]);
    assert.equal(await page.locator("[data-id=mini] .state").textContent(), "well");
    assert.equal(await page.locator("[data-id=mini] .count").textContent(), "1 answered, 100 %");
  });

  const BROKEN = {
    500: /answered 500 after [\d.]+ m?s \(InternalServerError: “The server had an error.+”\)/,
    429: /answered 429 after [\d.]+ m?s \(RateLimitError: “Rate limit reached.+”\)/,
    refuse: /could not be reached, given up after [\d.]+ m?s \(APIConnectionError: “.*ECONNREFUSED.*”\)/,
    stall: /sent a head and no content, given up after [\d.]+ m?s \(Timeout: “.+”\)/,
    html: /sent something that is no answer, given up after [\d.]+ m?s \(APIError: “.+”\)/,
  };
  for (const [kind, words] of Object.entries(BROKEN)) {
    test(`switch "${kind}": another deployment answers, and the words say what happened`, async (t) => {
      const page = await opened(t, { patience: kind === "stall" && SHORT_PATIENCE_S });
      await page.check(`[data-id=mini] input[value="${kind}"]`);
      await ask(page);
      const { text, outcome, attempts } = await answerIn(page, "complete");
      assert.match(text, REPLY);
      assert.match(outcome, /Answered by (openai\/gpt-4\.1-mini|hosted_vllm\/qwen3-8b),/);
      assert.equal(attempts.length, 2, attempts.join("\n"));
      assert.match(attempts[0], words);
      assert.ok(attempts[0].startsWith(FIRST) && attempts[0].endsWith(" → moved on."), attempts[0]);
      assert.match(attempts[1], / answered\.$/);
      // A rate limit with its own time is a bench at once; the others are a failure until there are more.
      await page.waitForSelector(`[data-id=mini][data-state=${kind === "429" ? "benched" : "failed"}]`);
      if (kind === "429") assert.match(await page.locator("[data-id=mini] .state").textContent(), /^benched for \d s$/);
    });
  }

  test('switch "drip": slow is not broken', async (t) => {
    const page = await opened(t);
    await page.check("[data-id=mini] input[value=drip]");
    await ask(page);
    const { text, attempts } = await answerIn(page, "complete");
    assert.match(text, REPLY);
    assert.deepEqual(attempts, [`${FIRST} answered.`]);
  });

  const LIVE = {
    cut: { where: ".answer", words: /APIConnectionError 502: .*ECONNRESET/ },
    silence: { where: "[data-id=mini]", words: /Timeout 408: .*silent/ },
    errorEvent: { where: ".answer", words: /InternalServerError 500: The server had an error/ },
  };
  for (const [how, { where, words }] of Object.entries(LIVE)) {
    test(`"${how}" in the middle of a stream, from ${where}: an error and no clean end`, async (t) => {
      const page = await opened(t, { msPerWord: SLOW_MS, patience: how === "silence" && SHORT_PATIENCE_S });
      await ask(page);
      await page.waitForSelector(".answer[data-state=streaming]");
      await page.click(`${where} [data-how=${how}]`);
      const { text, outcome, attempts } = await answerIn(page, "broken");
      assert.match(text, /^A switchman/);
      assert.doesNotMatch(text, REPLY);
      assert.match(outcome, /^Broken off\. This is not the whole answer\. /);
      assert.match(outcome, words);
      assert.equal(attempts.length, 1);
      assert.match(attempts[0], /began to answer and broke off after .+ → the stream ended with this error\.$/);
      assert.equal(await page.locator(".answer").getAttribute("aria-busy"), "false");
      await page.waitForSelector("[data-id=mini][data-state=failed]");
      assert.equal(await page.locator("[data-id=mini] .count").textContent(), "none answered");
    });
  }

  test("a call without a stream, and one that the visitor stops", async (t) => {
    const page = await opened(t);
    await page.uncheck("#stream");
    await ask(page);
    const { text, outcome } = await answerIn(page, "complete");
    assert.match(text, REPLY);
    assert.doesNotMatch(outcome, /first token/);
    await page.check("#stream");
    await page.fill("#speed", String(SLOW_MS));
    await ask(page);
    await page.waitForSelector(".answer[data-state=streaming]");
    await page.click("#stop");
    await page.waitForSelector(".answer[data-state=stopped]");
    assert.equal(await page.locator("[data-id=mini] .state").textContent(), "well", "a stop is nobody's failure");
  });

  test("everybody is down: no answer, and every attempt told", async (t) => {
    const page = await opened(t);
    for (const id of ["mini", "four-one", "qwen"]) await page.check(`[data-id=${id}] input[value="500"]`);
    await ask(page);
    const { text, outcome, attempts } = await answerIn(page, "broken");
    assert.equal(text, "");
    assert.match(outcome, /^No answer\. InternalServerError 500: /);
    assert.equal(attempts.length, 3);
    assert.match(attempts[2], / → gave up\.$/);
  });

  test("a hundred calls are spread by the weights", async (t) => {
    const page = await opened(t);
    await set(page, "[data-id=qwen] .weight input", 0);
    await page.click("#hundred");
    await page.waitForFunction(() => document.querySelector("#hundred-told").textContent.startsWith("100 calls"));
    const counts = (await page.locator("#hundred-told").textContent()).match(/ \d+(?=[,;.])/g).map(Number);
    assert.equal(counts.reduce((sum, count) => sum + count), 100);
    assert.ok(counts[0] >= 99 && counts[2] === 0 && counts[3] === 0, counts.join(" "));
  });

  test("the config is shown without keys, and a setting that the router refuses is told", async (t) => {
    const page = await opened(t);
    const config = JSON.parse(await page.locator("#config").textContent());
    assert.equal(config.model_list.length, 3);
    assert.equal(config.model_list[0].litellm_params.weight, 1_000_000);
    assert.doesNotMatch(JSON.stringify(config), /key/);
    await set(page, "#retries", -1);
    assert.match(await page.locator("#refused").textContent(), /^The router refuses that: num_retries .+/);
    await set(page, "#retries", 1);
    assert.equal(await page.locator("#refused").textContent(), "");
    assert.match(await page.locator("#config").textContent(), /"num_retries": 1/);
  });

  for (const [name, width, colorScheme] of [["light", 1280, "light"], ["dark", 1280, "dark"], ["phone-light", 390, "light"], ["phone-dark", 390, "dark"], ["narrow", 360, "light"]]) {
    test(`it fits: ${name}, ${width} px`, async (t) => {
      const page = await opened(t, { viewport: { width, height: 900 }, colorScheme });
      await page.check('[data-id=mini] input[value="500"]');
      await ask(page);
      await answerIn(page, "complete");
      await page.click("summary");
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "it scrolls sideways");
      await page.screenshot({ path: at("target", `page-${name}.png`), fullPage: width < 960 });
    });
  }
});
