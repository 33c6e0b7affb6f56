/** The manual against the tree: every option has its line in PARITY.md, and every link leads somewhere. */

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { at, textOf } from "../../scripts/project.mjs";

const PAGES = ["README.md", "CHANGELOG.md", ...readdirSync(at("docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
const LONGEST = { "README.md": 200, "docs/DESIGN.md": 250, "docs/PARITY.md": 250, "docs/PLATFORM.md": 150 };

/** The words of a string constant of the loader. */
function optionsOf(constant) {
  const text = new RegExp(`const ${constant}: &str = "([^"]*)";`).exec(textOf("src", "config", "load", "keys.rs"))?.[1];
  assert.ok(text, `keys.rs has no ${constant}`);
  return text.replaceAll("\\\n", " ").trim().split(/\s+/);
}

for (const constant of ["SETTINGS", "SETTINGS_LATER", "SETTINGS_FOREIGN"]) {
  test(`PARITY.md has a line for each option of ${constant}`, () => {
    const page = textOf("docs", "PARITY.md");
    const options = optionsOf(constant);
    assert.ok(options.length > 2, options.join(" "));
    assert.deepEqual(options.filter((option) => !page.includes(`\`${option}\``)), []);
  });
}

for (const page of PAGES) {
  test(`${page}: links to files that are there, and headings that are there`, () => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((match) => match[1]);
    for (const link of links) {
      const [file, heading] = link.split("#");
      const target = file === "" ? page : join(dirname(page), file);
      assert.ok(existsSync(at(target)), `${link} leads nowhere`);
      if (heading) assert.ok(headings(textOf(target)).includes(heading), `${target} has no heading for #${heading}`);
    }
  });

  test(`${page}: as short as it should be`, () => {
    const lines = textOf(page).trimEnd().split("\n").length;
    assert.ok(lines <= (LONGEST[page] ?? 400), `${lines} lines`);
  });
}

/** What links to headings look like. */
function headings(text) {
  const titles = [...text.matchAll(/^#+ (.+)$/gm)].map((match) => match[1]);
  return titles.map((title) => title.toLowerCase().replace(/[^\p{Letter}\p{Number}\s_-]/gu, "").trim().replaceAll(" ", "-"));
}
