/**
 * What the fake of Anthropic refuses, as the real one does: one row a mistake.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fakeProvider } from "../index.js";
import { MESSAGE, VERSION } from "./dialects.js";
import { BASE, LIMIT } from "./support.js";

const NEW_VERSION = { "anthropic-version": "2026-10-21" };
const TOOL = { name: "weather", input_schema: { type: "object" } };
const USE = { type: "tool_use", id: "toolu_1", name: "weather", input: {} };
const RESULT = { type: "tool_result", tool_use_id: "toolu_1", content: "sunny" };
const THINKING = { thinking: { type: "enabled", budget_tokens: 1024 }, max_tokens: 2048 };

const user = (content) => ({ role: "user", content });
const assistant = (content) => ({ role: "assistant", content });
const text = (said) => ({ type: "text", text: said });
/** A talk about tools, in these turns. */
const talk = (...messages) => ({ tools: [TOOL], messages });
const format = (schema) => ({ output_config: { format: { type: "json_schema", schema } } });

/** What is changed in a good request, and what the refusal names. */
const REFUSED = {
  "no model": [{ model: undefined }, /^model: Field required/],
  "no max_tokens": [{ max_tokens: undefined }, /^max_tokens: Field required/],
  "a max_tokens that is no count": [{ max_tokens: -1 }, /^max_tokens: .* greater than or equal to 0/],
  "no messages": [{ messages: undefined }, /^messages: Field required/],
  "an unknown field": [{ n: 2 }, /^n: Extra inputs are not permitted/],
  "a beta's field without the beta": [{ context_management: {} }, /^context_management: Extra inputs/],
  "a temperature above 1": [{ temperature: 1.5 }, /^temperature: range: 0\.\.1/],
  "sampling in the new version": [{ temperature: 1 }, /^temperature: Extra inputs are not permitted/, NEW_VERSION],
  "blank stop sequences": [{ stop_sequences: ["\n"] }, /^stop_sequences: .* non-whitespace/],
  "other metadata than a user id": [{ metadata: { team: "a" } }, /^metadata\.team: Extra inputs/],
  "a stream that is neither true nor false": [{ stream: 1 }, /^stream: /],

  "no message": [{ messages: [] }, /^messages: at least one message/],
  "the assistant first": [{ messages: [assistant("Hi"), user("Hi")] }, /first message must use the "user" role/],
  "another role": [{ messages: [{ role: "tool", content: "x" }] }, /Unexpected role "tool"/],
  "another field in a message": [{ messages: [{ ...user("Hi"), name: "a" }] }, /^messages\.0\.name: Extra inputs/],
  "an empty message": [{ messages: [user(""), user("Hi")] }, /^messages\.0: all messages must have non-empty content/],
  "an empty text block": [{ messages: [user([text("Hi"), text("")])] }, /text content blocks must be non-empty/],
  "a blank text block": [{ messages: [user([text(" \n")])] }, /must contain non-whitespace text/],
  "an empty system block": [{ system: [text("")] }, /^system: text content blocks must be non-empty/],
  "a block of OpenAI's": [{ messages: [user([{ type: "image_url" }])] }, /^messages\.0\.content\.0: Input tag 'image_url'/],
  "a user's block in the assistant's mouth": [{ messages: [user("Hi"), assistant([RESULT]), user("Hi")] }, /'tool_result'/],
  "an image of another kind": [
    { messages: [user([{ type: "image", source: { type: "base64", media_type: "image/bmp", data: "AA" } }])] },
    /image\.source\.base64\.media_type/,
  ],
  "a data URI as an image's URL": [
    { messages: [user([{ type: "image", source: { type: "url", url: "data:image/png;base64,AA" } }])] },
    /Only HTTP and HTTPS/,
  ],
  "citations from the user in the new version": [
    { messages: [user([{ ...text("Hi"), citations: [{}] }])] },
    /citations: Extra inputs/,
    NEW_VERSION,
  ],
  "a document from the assistant in the new version": [
    { messages: [user("Hi"), assistant([{ type: "document", source: { type: "text", data: "x" } }]), user("Hi")] },
    /Input tag 'document'/,
    NEW_VERSION,
  ],
  "too many cache breakpoints": [
    { messages: [user([1, 2, 3, 4, 5].map((n) => ({ ...text(`${n}`), cache_control: { type: "ephemeral" } })))] },
    /maximum of 4 blocks with cache_control.*Found 5/,
  ],
  "a prefill that ends in a blank": [{ messages: [user("Hi"), assistant("Well, ")] }, /cannot end with trailing whitespace/],

  "a call without a result": [
    talk(user("Hi"), assistant([USE]), user("Hi")),
    /without `tool_result` blocks immediately after: toolu_1/,
  ],
  "a call as the last word": [talk(user("Hi"), assistant([USE])), /without `tool_result` blocks immediately after/],
  "a result after a text": [talk(user("Hi"), assistant([USE]), user([text("Hi"), RESULT])), /immediately after: toolu_1/],
  "a result one turn late": [
    talk(user("Hi"), assistant([USE]), user("Hi"), assistant("Well?"), user([RESULT])),
    /immediately after: toolu_1|unexpected/,
  ],
  "a result without a call": [talk(user([RESULT])), /unexpected `tool_use_id` found .*: toolu_1/],
  "the same call twice": [talk(user("Hi"), assistant([USE, USE]), user([RESULT])), /ids must be unique/],
  "an id with a dot": [talk(user("Hi"), assistant([{ ...USE, id: "a.b" }])), /tool_use\.id: String should match pattern/],
  "arguments as text": [
    talk(user("Hi"), assistant([{ ...USE, input: "{}" }])),
    /tool_use\.input: Input should be a valid dictionary/,
  ],
  "calls in a request without tools": [{ messages: [user("Hi"), assistant([USE]), user([RESULT])] }, /must define tools/],
  "a tool of OpenAI's": [{ tools: [{ type: "function", function: TOOL }] }, /^tools\.0: Input tag 'function'/],
  "a tool's name with a blank": [{ tools: [{ ...TOOL, name: "a b" }] }, /^tools\.0\.custom\.name: String should match/],
  "a tool without a schema": [{ tools: [{ name: "a" }] }, /input_schema: Field required/],
  "a tool's schema without a type": [{ tools: [{ name: "a", input_schema: {} }] }, /input_schema\.type: Field required/],
  "a tool twice": [{ tools: [TOOL, TOOL] }, /Tool names must be unique/],
  "a choice without tools": [{ tool_choice: { type: "auto" } }, /^tool_choice: may only be specified while providing tools/],
  "a choice of OpenAI's": [{ tools: [TOOL], tool_choice: { type: "required" } }, /^tool_choice: Input tag 'required'/],
  "the choice of an absent tool": [{ tools: [TOOL], tool_choice: { type: "tool", name: "time" } }, /'time' not found/],
  "no tools, but not in parallel": [
    { tools: [TOOL], tool_choice: { type: "none", disable_parallel_tool_use: true } },
    /disable_parallel_tool_use: Extra inputs/,
  ],

  "a budget below the least": [{ ...THINKING, thinking: { type: "enabled", budget_tokens: 100 } }, /budget_tokens: .* 1024/],
  "a budget that leaves nothing": [{ ...THINKING, max_tokens: 1024 }, /`max_tokens` must be greater than/],
  "a budget for adaptive thinking": [{ thinking: { type: "adaptive", budget_tokens: 1024 } }, /adaptive\.budget_tokens: Extra/],
  "thinking of an unknown type": [{ thinking: { type: "deep" } }, /^thinking: Input tag 'deep'/],
  "thinking with a temperature": [{ ...THINKING, temperature: 0 }, /`temperature` may only be set to 1/],
  "thinking with a forced tool": [{ ...THINKING, tools: [TOOL], tool_choice: { type: "any" } }, /tool_choice forces tool use/],
  "thinking with a prefill": [{ ...THINKING, messages: [user("Hi"), assistant("Well")] }, /final message cannot be/],
  "an altered thought": [
    { messages: [user("Hi"), assistant([{ type: "thinking", thinking: "So", signature: "AA==" }, text("Hi")]), user("Hi")] },
    /Invalid `signature` in `thinking` block/,
  ],

  "an open object in a schema": [
    format({ type: "object", properties: {} }),
    /output_config\.format\.schema: .*'additionalProperties'/,
  ],
  "a constraint deep in a schema": [
    format({ anyOf: [{ type: "array", items: { type: "integer", minimum: 1 } }] }),
    /schema\.anyOf\.0\.items: .*'minimum' is not supported/,
  ],
  "another format": [{ output_config: { format: { type: "json_object" } } }, /format\.type: Input should be 'json_schema'/],

  "no version": [{}, /^anthropic-version: header is required/, { "anthropic-version": "" }],
  "an unknown version": [{}, /"2020-01-01" is not a valid version/, { "anthropic-version": "2020-01-01" }],
};

/** Requests at the border, which are answered. */
const TAKEN = {
  "messages of one role in a row, as one turn": talk(
    user("Hi"),
    user("there"),
    assistant("Wait."),
    assistant([USE]),
    user([RESULT]),
    user("And now?"),
  ),
  "a system message in between": talk(user("Hi"), { role: "system", content: "Be brief." }),
  "a result with blocks": talk(user("Hi"), assistant([USE]), user([{ ...RESULT, content: [text("sunny")] }])),
  "an empty last message of the assistant's": { messages: [user("Hi"), assistant("")] },
  "the provider's own tools and their results": {
    tools: [{ type: "web_search_20250305", name: "web_search" }],
    messages: [
      user("Hi"),
      assistant([
        { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} },
        { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
        text("Found."),
      ]),
      user("Thanks"),
    ],
  },
  "sampling in the old version": { temperature: 0.5, top_p: 1 },
  "an empty system text": { system: "" },
};

/** The path of every value in a value. */
const placesIn = (value, path = []) =>
  Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, key];
    return typeof inner === "object" && inner !== null ? [place, ...placesIn(inner, place)] : [place];
  });

describe("what Anthropic refuses", LIMIT, () => {
  const { fetch } = fakeProvider({ name: "alpha", dialect: "anthropic" });
  const send = (path, body, headers) =>
    fetch(`${BASE}${path}`, { method: "POST", body: JSON.stringify(body), headers: { ...VERSION, ...headers } });

  for (const [title, [fields, message, headers = {}]] of Object.entries(REFUSED)) {
    it(title, async () => {
      const given = { ...VERSION, ...headers };
      if (given["anthropic-version"] === "") delete given["anthropic-version"];
      const body = JSON.stringify({ ...MESSAGE, ...fields });
      const response = await fetch(`${BASE}/v1/messages`, { method: "POST", body, headers: given });
      const { type, error } = await response.json();
      assert.deepEqual([response.status, type, error.type], [400, "error", "invalid_request_error"]);
      assert.match(error.message, message);
    });
  }

  for (const [title, fields] of Object.entries(TAKEN)) {
    it(`not ${title}`, async () => {
      const response = await send("/v1/messages", { ...MESSAGE, ...fields });
      assert.equal(response.status, 200, await response.text());
    });
  }

  it("or answers, whatever stands anywhere in a request", async () => {
    const junk = [null, -1, "", "x", [], {}, [null], true, { type: "text" }, undefined];
    const schema = { type: "object", properties: { a: { type: "string" } }, additionalProperties: false };
    for (const last of [[RESULT], [RESULT, text("And now?")]]) {
      const whole = {
        ...{ ...MESSAGE, ...THINKING, ...format(schema), system: [text("Be brief.")], stop_sequences: ["x"] },
        ...{ stream: true, tools: [{ ...TOOL, input_schema: schema }], tool_choice: { type: "auto" } },
        messages: [user([text("Hi")]), assistant([USE]), user(last)],
      };
      let refused = 0;
      for (const path of placesIn(whole)) {
        for (const value of junk) {
          const changed = structuredClone(whole);
          path.slice(0, -1).reduce((at, key) => at[key], changed)[path.at(-1)] = value;
          const response = await send("/v1/messages", changed);
          assert.ok([200, 400].includes(response.status), `${path.join(".")}: ${response.status}`);
          if (response.status === 400) refused += 1;
          await response.body.cancel();
        }
      }
      assert.ok(refused > 100);
    }
  });

  it("in a count, what only a message may have, and what is no object", async () => {
    const { max_tokens: _, ...countable } = MESSAGE;
    assert.equal((await send("/v1/messages/count_tokens", countable)).status, 200);
    for (const [path, body] of [
      ["/v1/messages/count_tokens", MESSAGE],
      ["/v1/messages/count_tokens", { ...countable, messages: [] }],
      ["/v1/messages", []],
      ["/v1/messages", null],
    ])
      assert.equal((await send(path, body)).status, 400);
    const beta = { "anthropic-beta": "structured-outputs-2025-11-13" };
    const old = { output_format: { type: "json_schema", schema: { type: "string" } } };
    assert.equal((await send("/v1/messages", { ...MESSAGE, ...old }, beta)).status, 200);
  });
});
