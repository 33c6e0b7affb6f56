/** Files by their address that a provider does not fetch itself: from where they may come, and what becomes of them. */

import assert from "node:assert/strict";
import { CHAT, CHAT_URL, deployment, fetchOf, post, rejection } from "../support/kit.js";

export const files = {};

/** It fetches no file itself. */
const OLD = { model: "gemini/gemini-2.0-flash" };

const PICTURE = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256);
const BASE64 = btoa(String.fromCharCode(...PICTURE.subarray(0, 30_000))) + btoa(String.fromCharCode(...PICTURE.subarray(30_000, 60_000))) +
  btoa(String.fromCharCode(...PICTURE.subarray(60_000)));

/** As long as an address with a signature is. */
const SIGNATURE = `?X-Amz-Signature=${"0123456789abcdef".repeat(80)}`;

const asking = (...urls) => ({
  ...CHAT,
  messages: [{ role: "user", content: [{ type: "text", text: `what is ${urls[0]}?` }, ...urls.map((url) => ({ type: "image_url", image_url: { url } }))] }],
});

/** A place where files are, and what it was asked for. `answers` by address: a response, or a function that makes one. */
function place(answers) {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push({ url, init });
    const answer = answers[url];
    if (!answer) throw new TypeError("no route");
    return typeof answer === "function" ? answer(init) : answer;
  };
  return { asked, fetch };
}

const picture = (type = "image/png") => () => new Response(PICTURE, { headers: type === "" ? {} : { "content-type": type } });
const redirect = (location) => () => new Response(null, { status: 302, headers: { location } });

/** A router before Gemini, and before a place of files. */
function withFiles(kit, answers, { hosts = ["files.test"], params = OLD, one, second, config, host } = {}) {
  const providers = [kit.provider("one", { dialect: "gemini", ...one })];
  const model_list = [deployment("one", { order: 1, ...params })];
  if (second) {
    providers.push(kit.provider("two"));
    model_list.push(deployment("two", { order: 2 }));
  }
  const there = place(answers);
  const toProviders = fetchOf(...providers);
  const fetch = (url, init) => (/^https:\/\/(one|two)\.test\//.test(url) ? toProviders(url, init) : there.fetch(url, init));
  const router = kit.router({ model_list, num_retries: 0, user_url_allowed_hosts: hosts, ...config }, { fetch, seed: 1, ...host });
  return { router, one: providers[0], two: providers[1], asked: there.asked };
}

const partsOf = ({ calls: [{ body }] }) => body.contents[0].parts;

files["a file is fetched and sent on in base64, over every way to ask"] = async (kit) => {
  const url = `https://files.test/a${SIGNATURE}`;
  const ways = {
    completion: (router, request) => router.completion(request),
    streamed: async (router, request) => (await router.completion({ ...request, stream: true })).final(),
    fetch: async (router, request) => (await router.fetch(CHAT_URL, post(request))).json(),
    "as bytes": async (router, request) => (await router.fetch(CHAT_URL, post(new TextEncoder().encode(JSON.stringify({ ...request, user: "ž馬" }))))).json(),
  };
  for (const [way, ask] of Object.entries(ways)) {
    const { router, one, asked } = withFiles(kit, { [url]: picture("Image/PNG; a=b") });
    const answer = await ask(router, asking(url, url));
    assert.equal(typeof answer.choices[0].message.content, "string", way);
    const [text, ...pictures] = partsOf(one);
    assert.equal(text.text, `what is ${url}?`, way);
    assert.deepEqual(pictures, Array(2).fill({ inlineData: { mimeType: "image/png", data: BASE64 } }), way);
    assert.equal(asked.length, 1, way);
    const { headers, redirect: mode } = asked[0].init;
    assert.deepEqual([headers, mode], [{ accept: "*/*" }, "manual"], way);
  }
};

files["without the list nothing is fetched, and another deployment is asked"] = async (kit) => {
  const url = "https://files.test/a.png";
  const { router, one, two, asked } = withFiles(kit, { [url]: picture() }, { hosts: [], second: true });
  const answer = await router.completion(asking(url));
  assert.equal(answer.model_used, "openai/model-two");
  assert.deepEqual([one.calls.length, two.calls.length, asked.length], [0, 1, 0]);
  assert.equal(two.calls[0].body.messages[0].content[1].image_url.url, url);
};

files["a model that fetches for itself is given the address"] = async (kit) => {
  const url = "https://files.test/a.png";
  const { router, one, asked } = withFiles(kit, {}, { params: { model: "gemini/gemini-2.5-flash" } });
  await router.completion(asking(url));
  assert.deepEqual(partsOf(one)[1], { fileData: { mimeType: "image/png", fileUri: url } });
  assert.equal(asked.length, 0);
};

files["the type is the request's word, else the address's, else the server's"] = async (kit) => {
  const answers = { "https://files.test/a.webp": picture("text/html"), "https://files.test/b": picture("binary/octet-stream"), "https://files.test/c": picture("") };
  const { router, one } = withFiles(kit, answers);
  await router.completion(asking("https://files.test/a.webp"));
  assert.equal(partsOf(one)[1].inlineData.mimeType, "image/webp");
  const file = { type: "file", file: { file_id: "https://files.test/b", format: "application/pdf" } };
  await router.completion({ ...CHAT, messages: [{ role: "user", content: [file] }] });
  assert.equal(one.calls[1].body.contents[0].parts[0].inlineData.mimeType, "application/pdf");
  for (const end of ["b", "c"]) {
    const error = await rejection(router.completion(asking(`https://files.test/${end}`)));
    assert.match(error.message, /a file of this kind, or without a `format`/);
  }
};

files["where a file may not come from is never asked, behind a redirect either"] = async (kit) => {
  const answers = {
    "https://files.test/away": redirect("https://evil.test/a.png"),
    "https://files.test/in": redirect("http://169.254.169.254/latest"),
    "https://files.test/near": redirect("/a.png"),
    "https://files.test/a.png": picture(),
    "https://files.test/round": redirect("/round"),
  };
  for (const url of [
    "https://evil.test/a.png", "https://files.test:8443/a.png", "https://me:word@files.test/a.png", "http://localhost/a.png",
    "https://files.test/away", "https://files.test/in", "https://files.test.evil.test/a.png", "https://files.test/round",
  ]) {
    const { router, one, asked } = withFiles(kit, answers);
    const error = await rejection(router.completion(asking(url)));
    assert.equal(error.constructor.name, "UnsupportedParamsError", url);
    assert.doesNotMatch(error.message, /word|latest|a\.png/, url);
    assert.equal(one.calls.length, 0, url);
    assert.ok(asked.every((one) => one.url.startsWith("https://files.test/")), url);
  }
  const { router, one } = withFiles(kit, answers);
  await router.completion(asking("https://files.test/near"));
  assert.equal(partsOf(one)[1].inlineData.data, BASE64);
};

files["a file that does not come blames nobody, and tells nothing of its address but the host"] = async (kit) => {
  const slow = ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const cases = {
    gone: [() => new Response("no", { status: 404 }), /files\.test could not be fetched: it answered 404/],
    large: [() => new Response(PICTURE, { headers: { "content-type": "image/png" } }), /files\.test could not be fetched: it is longer than 1000 bytes/],
    told: [() => new Response("x", { headers: { "content-length": "5000", "content-type": "image/png" } }), /longer than 1000 bytes/],
    lost: [() => Promise.reject(new TypeError("secret in here")), /files\.test could not be fetched: no connection/],
    slow: [slow, /could not be fetched in time/],
  };
  for (const [name, [answer, message]] of Object.entries(cases)) {
    const url = `https://files.test/${name}.png?sig=secret`;
    const time = { ms: 1_700_000_000_000 };
    // Only the wait for the file is over at once; what is waited for longer does not come.
    const sleep = (ms, signal) => new Promise((resolve) => {
      if (name === "slow" && ms <= 15_000) setTimeout(resolve, 0);
    }).then(() => {
      if (!signal.aborted) time.ms += ms;
    });
    const host = { now: () => time.ms, sleep };
    const { router, one, two } = withFiles(kit, { [url]: answer }, { second: true, config: { user_url_max_bytes: 1_000 }, host });
    const served = await router.completion(asking(url)).catch((error) => assert.fail(`${name}: ${error.message}`));
    assert.equal(served.model_used, "openai/model-two", name);
    const [first] = served._hidden_params.attempts;
    assert.match(first.message, message, name);
    assert.doesNotMatch(JSON.stringify(served._hidden_params), /secret/, name);
    assert.deepEqual([one.calls.length, two.calls.length], [0, 1], name);
    assert.equal(router.snapshot().deployments[0].health.state, "closed", name);
  }
};

files["a call fetches a file once, for all of its sends"] = async (kit) => {
  const url = "https://files.test/a.png";
  const { router, one, asked } = withFiles(kit, { [url]: picture() }, { one: { faults: [{ status: 503 }] }, config: { num_retries: 2, retry_after: 0 } });
  await router.completion(asking(url));
  assert.deepEqual([one.calls.length, asked.length], [2, 1]);
};

files["Anthropic is sent what it would not fetch"] = async (kit) => {
  const plain = "http://files.test/a";
  const own = "https://files.test/b";
  const { router, one, asked } = withFiles(kit, { [plain]: picture() }, { one: { dialect: "anthropic" }, params: { model: "anthropic/claude-sonnet-4-5" } });
  await router.completion(asking(plain, own));
  const [, first, second] = one.calls[0].body.messages[0].content;
  assert.deepEqual(first, { type: "image", source: { type: "base64", media_type: "image/png", data: BASE64 } });
  assert.deepEqual(second, { type: "image", source: { type: "url", url: own } });
  assert.deepEqual(asked.map(({ url }) => url), [plain]);
};

files["the files of one request have a bound together, and each stops there"] = async (kit) => {
  const urls = Array.from({ length: 8 }, (_, n) => `https://files.test/${n}`);
  const answers = Object.fromEntries(urls.map((url) => [url, picture()]));
  const { router, one } = withFiles(kit, answers, { host: { maxBodyBytes: 500_000 } });
  const error = await rejection(router.completion(asking(...urls)));
  assert.equal(error.status, 400);
  assert.match(error.message, /longer than 500000 bytes together/);
  assert.equal(one.calls.length, 0);
  await router.completion(asking(...urls.slice(0, 4)));
  assert.equal(partsOf(one).length, 5);
};

files["a caller cannot hold up everybody by addresses"] = async (kit) => {
  const urls = Array.from({ length: 30_000 }, (_, n) => `https://files.test/${String(n).padStart(8, "0")}`);
  const { router, one, asked } = withFiles(kit, {});
  const error = await rejection(router.completion(asking(...urls)));
  assert.match(error.message, /more than 16 files/);
  assert.deepEqual([one.calls.length, asked.length], [0, 0]);
};
