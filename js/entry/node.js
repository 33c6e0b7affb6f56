/** Node, Deno and Bun: the wasm is read from disk at once, so that `require` works wherever it may load a module. */
import { readFileSync } from "node:fs";
import * as glue from "../../pkg/switchman.js";
import { lazy } from "../lazy.js";
import { bind } from "../main.js";
import { platform } from "../platform/node.js";

glue.initSync({ module: readFileSync(new URL("../../pkg/switchman_bg.wasm", import.meta.url)) });

/** Read when it is of use: as a part of this module it would cost a millisecond of each start. */
const prices = {
  get text() {
    return readFileSync(new URL("../../prices/first-tier.txt", import.meta.url), "utf8");
  },
};

export const {
  APIConnectionError, APIError, AuthenticationError, BadRequestError, CancelledError, CompletionStream, ConfigError,
  ContentPolicyViolationError, ContextWindowExceededError, HookFailedError, InternalError, InternalServerError,
  NoDeploymentsAvailable, NotFoundError, PermissionDeniedError, RateLimitError, Router, RouterError, ServiceUnavailableError, Timeout,
  UnsupportedParamsError,
} = bind(glue, platform, lazy, prices);
