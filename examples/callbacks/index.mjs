/**
 * Calls that others are told of: OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 node examples/callbacks/index.mjs
 */
import { Router } from "switchman";
import { fakeOpenAI } from "../worker/fakes.js";

const api_key = process.env.OPENAI_API_KEY || "none";
const model_list = ["openai/gpt-4o-mini", "openai/gpt-4.1-mini"].map((model) => ({ model_name: "chat", litellm_params: { model, api_key } }));
// Without a key the fakes answer in OpenAI's place. A program of your own leaves this out.
const fetch = process.env.OPENAI_API_KEY ? undefined : fakeOpenAI;

const onEvent = ({ type, model_group, ms, attempts }) => {
  if (type === "request_end") console.log(`${model_group}: answered in ${ms} ms, ${attempts} ${attempts === 1 ? "send" : "sends"}`);
};
// Where the collector is, and with what headers, the environment says.
const router = new Router({ model_list, callbacks: ["otel"] }, { fetch, callbacks: [onEvent] });

await router.completion({ model: "chat", messages: [{ role: "user", content: "What does a switchman do?" }] });
// Before the program ends: what waits is told now.
await router.flush();
