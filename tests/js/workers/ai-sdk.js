/** The AI SDK within a Worker, over a router at module scope: an agent whose answer is streamed to the caller. */
import { env } from "cloudflare:workers";
import { isStepCount, jsonSchema, streamText, tool } from "ai";
import { Router } from "switchman";
import { createSwitchman } from "switchman/ai-sdk";

const switchman = createSwitchman(new Router(env.CONFIG));

const look_up = tool({
  inputSchema: jsonSchema({ type: "object", properties: { town: { type: "string" } }, required: ["town"] }),
  execute: ({ town }) => `sunny in ${town}`,
});

export default {
  async fetch(request) {
    const model = switchman(new URL(request.url).pathname.slice(1));
    return streamText({ model, tools: { look_up }, stopWhen: isStepCount(3), prompt: await request.text() }).toUIMessageStreamResponse();
  },
};
