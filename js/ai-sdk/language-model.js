// A group of the router as a language model of the AI SDK.

import { APIError } from "../errors.js";
import { contentOf } from "./content.js";
import { errorFor } from "./errors.js";
import { requestOf } from "./request.js";
import { Parts } from "./stream.js";
import { metadataOf, responseOf, usageOf } from "./told.js";

export class LanguageModel {
  provider = "switchman";
  #router;

  /**
   * @param {string} modelId
   * @param {{ router: any, specification: string, supportedUrls: Record<string, RegExp[]> }} settings
   */
  constructor(modelId, { router, specification, supportedUrls }) {
    this.modelId = modelId;
    this.specificationVersion = specification;
    this.supportedUrls = supportedUrls;
    this.#router = router;
  }

  /** @param {any} options */
  async doGenerate(options) {
    const { request, beside, warnings } = requestOf(this.modelId, options);
    const answer = await this.#ask(request, beside);
    const { content, finishReason, more } = contentOf(answer);
    const meta = answer._hidden_params;
    return {
      content: this.specificationVersion === "v3" ? content.map(older) : content,
      finishReason,
      usage: usageOf(meta.usage, answer.usage),
      providerMetadata: metadataOf(answer.model_used, meta, more),
      request: { body: request },
      response: { ...responseOf(answer), headers: meta.additional_headers, body: answer },
      warnings,
    };
  }

  /** @param {any} options */
  async doStream(options) {
    const { request: asked, beside, warnings } = requestOf(this.modelId, options);
    const request = { ...asked, stream: true, stream_options: { include_usage: true, ...asked.stream_options } };
    const answer = await this.#ask(request, beside);
    const stream = partsOf(answer, {
      warnings,
      includesRaw: options.includeRawChunks === true,
      isOlder: this.specificationVersion === "v3",
      failed: (error) => errorFor(error, request, beside.signal, "languageModel"),
    });
    return { stream, request: { body: request }, response: { headers: answer.meta.additional_headers } };
  }

  async #ask(request, beside) {
    try {
      return await this.#router.completion(request, beside);
    } catch (error) {
      throw errorFor(error, request, beside.signal, "languageModel");
    }
  }
}

/**
 * A chunk is asked for when somebody reads. A stream that breaks off tells the error and then what it used so far; one that
 * was left by the caller just fails, as `fetch` does.
 * @param {any} answer
 * @param {{ warnings: any[], includesRaw: boolean, isOlder: boolean, failed: (error: any) => any }} how
 */
function partsOf(answer, { warnings, includesRaw, isOlder, failed }) {
  const chunks = answer[Symbol.asyncIterator]();
  const parts = new Parts();
  const next = async () => {
    const { done, value } = await chunks.next();
    if (done) return { isOver: true, made: parts.last(answer.model_used, answer.meta) };
    const made = parts.of(value);
    if (parts.isRestarted) {
      await chunks.return();
      throw new APIError('the stream broke off and began anew elsewhere (`mid_stream: "restart"`), of which the AI SDK cannot be told', {
        status: 502,
        code: "stream_restarted",
        type: "router_error",
        attempts: answer.meta.attempts,
        callId: answer.meta.call_id,
      });
    }
    return { isOver: false, made: includesRaw ? [{ type: "raw", rawValue: value }, ...made] : made };
  };
  /** @type {{ error: unknown } | undefined} */
  let broken;
  return new ReadableStream({
    start: (controller) => controller.enqueue({ type: "stream-start", warnings }),
    async pull(controller) {
      // Told in a part already, for whom listens to parts; who waits for the text must not take a piece of it for the whole.
      if (broken) throw broken.error;
      for (let isEmpty = true; isEmpty; ) {
        const { isOver, made } = await next().catch((cause) => {
          const error = failed(cause);
          if (cause?.name === "AbortError") throw error;
          broken = { error };
          return { isOver: false, made: parts.last(answer.model_used, answer.meta, error) };
        });
        for (const part of made) controller.enqueue(isOlder ? older(part) : part);
        if (isOver) return controller.close();
        isEmpty = made.length === 0;
      }
    },
    cancel: () => chunks.return(),
  });
}

/** A part as the third version of the interface has it: a file is its bare data. */
const older = (part) => (part.type === "file" ? { ...part, data: part.data.data } : part);
