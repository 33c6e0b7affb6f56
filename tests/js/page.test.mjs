/** The page of www/ in a real browser, from a static host, over the packed package. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { at } from "../../scripts/project.mjs";
import { startWorker } from "../../scripts/worker.mjs";
import { pageFiles, pageResponse } from "../../scripts/www.mjs";
import { packed } from "./pack.mjs";
import { hasBrowser, hostedPage, launch } from "./support/browser.mjs";

const FIRST = "anthropic/claude-3-5-haiku-20241022";
const OTHERS = "(?:openai/gpt-4\\.1-mini|hosted_vllm/qwen3-8b)";
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
  async function opened(t, { msPerWord = FAST_MS, patience, midStream, ...options } = {}) {
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
    if (midStream) await page.selectOption("#mid-stream", midStream);
    await set(page, "[data-id=haiku] .weight input", 1_000_000);
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
    await page.waitForSelector("[data-id=haiku][data-state=answering]");
    const part = await page.locator(".answer .text").textContent();
    await page.fill("#speed", String(FAST_MS));
    const { text, outcome, attempts } = await answerIn(page, "complete");
    assert.match(text, REPLY);
    assert.ok(text.startsWith(part) && part.length < text.length, "it did not stream");
    assert.match(outcome, /^Complete\. Answered by anthropic\/claude-3-5-haiku-20241022, first token after [\d.]+ m?s, .+ in all\.$/);
    assert.deepEqual(attempts, [`${FIRST} answered.`]);
    assert.equal(await page.locator("[data-id=haiku] .state").textContent(), "well");
    assert.equal(await page.locator("[data-id=haiku] .count").textContent(), "1 answered, 100 %");
  });

  const BROKEN = {
    500: /answered 500 after [\d.]+ m?s \(InternalServerError: “Internal server error”\)/,
    429: /answered 429 after [\d.]+ m?s \(RateLimitError: “This request would exceed your rate limit.+”\)/,
    refuse: /could not be reached, given up after [\d.]+ m?s \(APIConnectionError: “.*ECONNREFUSED.*”\)/,
    stall: /sent a head and no content, given up after [\d.]+ m?s \(Timeout: “.+”\)/,
    html: /sent something that is no answer, given up after [\d.]+ m?s \(APIError: “.+”\)/,
  };
  for (const [kind, words] of Object.entries(BROKEN)) {
    test(`switch "${kind}": another deployment answers, and the words say what happened`, async (t) => {
      const page = await opened(t, { patience: kind === "stall" && SHORT_PATIENCE_S });
      await page.check(`[data-id=haiku] input[value="${kind}"]`);
      await ask(page);
      const { text, outcome, attempts } = await answerIn(page, "complete");
      assert.match(text, REPLY);
      assert.match(outcome, new RegExp(`Answered by ${OTHERS},`));
      assert.equal(attempts.length, 2, attempts.join("\n"));
      assert.match(attempts[0], words);
      assert.ok(attempts[0].startsWith(FIRST) && attempts[0].endsWith(" → moved on."), attempts[0]);
      assert.match(attempts[1], / answered\.$/);
      // A rate limit with its own time is a bench at once; the others are a failure until there are more.
      await page.waitForSelector(`[data-id=haiku][data-state=${kind === "429" ? "benched" : "failed"}]`);
      if (kind === "429") assert.match(await page.locator("[data-id=haiku] .state").textContent(), /^benched for \d s$/);
    });
  }

  test('switch "drip": slow is not broken', async (t) => {
    const page = await opened(t);
    await page.check("[data-id=haiku] input[value=drip]");
    await ask(page);
    const { text, attempts } = await answerIn(page, "complete");
    assert.match(text, REPLY);
    assert.deepEqual(attempts, [`${FIRST} answered.`]);
  });

  const LIVE = {
    cut: { where: ".answer", words: /APIConnectionError 502: .*ECONNRESET/ },
    silence: { where: "[data-id=haiku]", words: /Timeout 408: .*silent/ },
    errorEvent: { where: ".answer", words: /ServiceUnavailableError 503: Overloaded/ },
  };
  /** An answer whose first provider was broken in the middle of its stream, once it has come to its end. */
  async function broken(t, { how, where, midStream, state }) {
    const page = await opened(t, { msPerWord: SLOW_MS, patience: how === "silence" && SHORT_PATIENCE_S, midStream });
    await ask(page);
    await page.waitForSelector(".answer[data-state=streaming]");
    await page.click(`${where} [data-how=${how}]`);
    await page.fill("#speed", String(FAST_MS));
    return { ...(await answerIn(page, state)), page };
  }

  for (const [how, { where, words }] of Object.entries(LIVE)) {
    test(`"${how}" in the middle of a stream, from ${where}, with "error": an error and no clean end`, async (t) => {
      const { text, outcome, attempts, page } = await broken(t, { how, where, midStream: "error", state: "broken" });
      assert.match(text, /^A switchman/);
      assert.doesNotMatch(text, REPLY);
      assert.match(outcome, /^Broken off\. This is not the whole answer\. /);
      assert.match(outcome, words);
      assert.equal(attempts.length, 1);
      assert.match(attempts[0], /began to answer and broke off after .+ → the stream ended with this error\.$/);
      assert.equal(await page.locator(".answer").getAttribute("aria-busy"), "false");
      await page.waitForSelector("[data-id=haiku][data-state=failed]");
      assert.equal(await page.locator("[data-id=haiku] .count").textContent(), "none answered");
    });
  }

  const BROKE_OFF = /^anthropic\/claude-3-5-haiku-20241022 began to answer and broke off after .+ → moved on\.$/;
  const GOES_ON = {
    continue: { seams: 1, outcome: `Begun by ${FIRST}, continued by ${OTHERS}, first token`, deed: "went on with the answer to its end" },
    restart: { seams: 0, outcome: `Started again by ${OTHERS}, first token`, deed: "started again and answered" },
  };
  for (const [midStream, expected] of Object.entries(GOES_ON)) {
    for (const [how, { where }] of Object.entries(LIVE)) {
      test(`"${how}" in the middle of a stream, with "${midStream}": the whole answer, and the words say how`, async (t) => {
        const { text, outcome, attempts, page } = await broken(t, { how, where, midStream, state: "complete" });
        assert.match(text, REPLY);
        assert.equal(text.match(/A switchman/g).length, 1, text);
        assert.match(outcome, new RegExp(`^Complete\\. ${expected.outcome}`));
        assert.equal(attempts.length, 2, attempts.join("\n"));
        assert.match(attempts[0], BROKE_OFF);
        assert.match(attempts[1], new RegExp(`^${OTHERS} ${expected.deed}\\.$`));
        const seams = await page.getByRole("img", { name: /^From here on / }).all();
        assert.equal(seams.length, expected.seams);
        for (const seam of seams) {
          assert.match(await seam.getAttribute("title"), new RegExp(`^From here on ${OTHERS}$`));
          // Words stand on both sides of it, in one paragraph.
          const beside = await seam.evaluate((it) => [it.parentElement.className, it.previousSibling?.data, it.nextSibling?.data]);
          assert.equal(beside[0], "text");
          assert.ok(beside[1] && beside[2], beside.join("|"));
        }
        await page.waitForSelector("[data-id=haiku][data-state=failed]");
        assert.equal(await page.locator("[data-id=haiku] .count").textContent(), "0 answered, 0 %");
      });
    }
  }

  test("who goes on can be broken as well: two seams, and a name that was given stays", async (t) => {
    const page = await opened(t, { msPerWord: SLOW_MS });
    await page.fill("#question", "Who are you?");
    await page.press("#question", "Enter");
    await page.waitForFunction(() => /place of \S+ I /.test(document.querySelector(".answer .text")?.textContent));
    for (const seams of [1, 2]) {
      await page.click(".answer [data-how=cut]");
      await page.waitForFunction((count) => document.querySelectorAll(".seam").length === count, seams);
    }
    await page.fill("#speed", String(FAST_MS));
    const { text, outcome, attempts } = await answerIn(page, "complete");
    assert.match(text, /^I am a fake that answers in the place of anthropic\/claude-3-5-haiku-20241022\. .+ in front of a provider\.$/);
    assert.equal(text.match(/I am a fake/g).length, 1, text);
    assert.match(outcome, new RegExp(`Begun by ${FIRST}, continued by ${OTHERS}, continued by ${OTHERS}, first`));
    assert.equal(attempts.length, 3);
    assert.match(attempts[1], / went on with the answer and broke off after .+ → moved on\.$/);
  });

  test("with nobody left to go on, the answer is broken off, and only who had begun is said to have", async (t) => {
    const page = await opened(t, { msPerWord: SLOW_MS });
    for (const id of ["four-one", "qwen"]) await page.check(`[data-id=${id}] input[value="500"]`);
    await ask(page);
    await page.waitForSelector(".answer[data-state=streaming]");
    await page.click(".answer [data-how=cut]");
    const { text, outcome, attempts } = await answerIn(page, "broken");
    assert.match(text, /^A switchman/);
    assert.doesNotMatch(text, REPLY);
    assert.match(outcome, /^Broken off\. This is not the whole answer\. InternalServerError 500: /);
    assert.equal(await page.locator(".seam").count(), 0);
    assert.equal(attempts.length, 3, attempts.join("\n"));
    assert.match(attempts[0], BROKE_OFF);
    assert.match(attempts[1], / answered 500 after .+ → moved on\.$/);
    assert.match(attempts[2], / answered 500 after .+ → the stream ended with this error\.$/);
  });

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
    assert.equal(await page.locator("[data-id=haiku] .state").textContent(), "well", "a stop is nobody's failure");
  });

  test("everybody is down: no answer, and every attempt told", async (t) => {
    const page = await opened(t);
    for (const id of ["haiku", "four-one", "qwen"]) await page.check(`[data-id=${id}] input[value="500"]`);
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
    assert.equal(config.mid_stream, "continue");
    assert.deepEqual(await page.locator("#notices li").allTextContents(), []);
    await set(page, "#retries", -1);
    assert.match(await page.locator("#refused").textContent(), /^The router refuses that: num_retries .+/);
    await set(page, "#retries", 1);
    assert.equal(await page.locator("#refused").textContent(), "");
    assert.match(await page.locator("#config").textContent(), /"num_retries": 1/);
  });

  for (const [name, width, colorScheme] of [["light", 1280, "light"], ["dark", 1280, "dark"], ["phone-light", 390, "light"], ["phone-dark", 390, "dark"], ["narrow", 360, "light"]]) {
    test(`it fits: ${name}, ${width} px`, async (t) => {
      const page = await opened(t, { viewport: { width, height: 900 }, colorScheme });
      await page.fill("#speed", String(SLOW_MS));
      await ask(page);
      await page.waitForFunction(() => document.querySelector(".answer .text")?.textContent.includes("points"));
      await page.click(".answer [data-how=cut]");
      await page.fill("#speed", String(FAST_MS));
      await answerIn(page, "complete");
      await page.click("summary");
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "it scrolls sideways");
      await page.screenshot({ path: at("target", `page-${name}.png`), fullPage: width < 960 });
    });
  }
});
