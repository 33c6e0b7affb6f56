/** README.md against the tree: what it shows is what runs. */

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { at, textOf } from "../../scripts/project.mjs";

const README = textOf("README.md");
const { scripts } = JSON.parse(textOf("package.json"));

/** Every fenced block, with its language and the mark on the line before it. */
const blocks = [...README.matchAll(/^(?:<!-- file: (?<file>\S+) -->\n)?```(?<language>\w*)\n(?<text>[^]*?)^```$/gm)].map((match) => match.groups);

/** What the tests run of the examples: a test file names the folder and the file. */
const tests = readdirSync(at("tests", "js")).filter((name) => name.endsWith(".test.mjs") && name !== "readme.test.mjs");
const isRun = (file) => {
  const words = file.split("/").map((word) => `"${word}"`);
  return tests.map((name) => textOf("tests", "js", name)).some((text) => words.every((word) => text.includes(word)));
};

test("it has code to show", () => {
  assert.ok(blocks.filter(({ file }) => file).length >= 2);
  assert.equal(blocks.length * 2, README.match(/^```/gm)?.length, "a fence is open");
});

for (const { file, language, text } of blocks) {
  if (language === "sh") {
    test("every command is there", () => {
      for (const line of text.trim().split("\n")) assert.match(line, /^npm (start|test|run \S+)$/);
    });
    continue;
  }
  test(`the ${language} after "${README.slice(0, README.indexOf(text)).match(/^## (.+)$/gm)?.at(-1)}" stands in a file that the tests run`, () => {
    assert.ok(file, `this block names no file:\n${text}`);
    assert.ok(existsSync(at(file)), `${file} is not there`);
    assert.ok(textOf(file).includes(text), `${file} does not hold:\n${text}`);
    assert.ok(isRun(file), `no test runs ${file}`);
  });
}

test("every npm script that it names exists", () => {
  const named = [...README.matchAll(/npm (start|test|run ([\w:-]+))/g)].map(([, word, script]) => script ?? word);
  assert.ok(named.length > 3, named.join(" "));
  assert.deepEqual(named.filter((name) => !(name in scripts)), []);
});

test("every entry that it names is exported", () => {
  const { exports } = JSON.parse(textOf("package.json"));
  const named = [...README.matchAll(/`switchman(\/[\w/-]+)?`/g)].map(([, path]) => `.${path ?? ""}`);
  assert.ok(named.length > 3, named.join(" "));
  assert.deepEqual(named.filter((path) => !(path in exports)), []);
});
