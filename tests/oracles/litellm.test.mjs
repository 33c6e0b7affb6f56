/** Where what is sent differs from what LiteLLM sends, `docs/WIRE.md` says so, and who is right; and says no more than that. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { at } from "../../scripts/project.mjs";
import { importPacked } from "../js/pack.mjs";
import { TEN, differences, recorded, sentTo } from "./litellm.mjs";

const { Router } = await importPacked();

/**
 * The rows of the table: to whom, where, and what is said of it. A place may begin with a request's name and a colon, and end
 * in `…`, which is whatever is below it.
 */
function rows() {
  const [, section] = readFileSync(at("docs", "WIRE.md"), "utf8").split("## Where LiteLLM sends something else");
  const lines = section.split("\n## ")[0].split("\n").filter((line) => line.startsWith("| "));
  const cells = lines.slice(1).map((line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()));
  return cells.map(([to, where, ...said]) => ({
    providers: to.split(", "),
    places: Array.from(where.matchAll(/`([^`]+)`/g), ([, place]) => place),
    said,
  }));
}

function covers(known, request, found) {
  const [place, only] = known.split(":").reverse();
  return (!only || only === request) && (place.endsWith("…") ? found.startsWith(place.slice(0, -1)) : place === found);
}

test("each row of the table says who is right, and why", () => {
  for (const { providers, places, said } of rows()) {
    assert.ok(providers.length > 0 && places.length > 0 && said.length === 3, said.join());
    assert.match(said[2], /^(here|LiteLLM|both|either): \S+/, said.join());
  }
});

test("every difference from LiteLLM's requests is in the table, and the table has no other", async () => {
  const unused = new Set(rows().flatMap(({ providers, places }) => providers.flatMap((to) => places.map((place) => `${to}: ${place}`))));
  const untold = new Set();
  let compared = 0;
  for (const [model, records] of recorded()) {
    const [provider] = model.split("/");
    const told = rows().filter(({ providers }) => providers.includes(provider)).flatMap(({ places }) => places);
    const sent = await sentTo(Router, model).catch((error) => {
      assert.match(error.message, /is not supported in this version/);
    });
    for (const { request, ...theirs } of records) {
      const found = sent ? differences(model, theirs, sent[request]) : ["all"];
      for (const place of found) {
        const by = told.filter((known) => covers(known, request, place));
        if (by.length === 0) untold.add(`${provider}: ${place} (${request})`);
        for (const known of by) unused.delete(`${provider}: ${known}`);
      }
      compared += 1;
    }
  }
  assert.ok(compared >= 22 * Object.keys(TEN).length, `${compared} requests`);
  assert.deepEqual({ untold: [...untold].sort(), unused: [...unused].sort() }, { untold: [], unused: [] });
});
