/** Browsers and their bundlers: the wasm is fetched from beside the script before the module is ready. */
import text from "../../dist/prices/first-tier.js";
import * as glue from "../../pkg/switchman.js";
import { lazy } from "../lazy.js";
import { bind } from "../main.js";
import { platform } from "../platform/node.js";

// Without an argument the glue looks beside itself, which a bundler makes "beside the bundle".
await glue.default();

export const {
  APIConnectionError, APIError, AuthenticationError, BadRequestError, CancelledError, CompletionStream, ConfigError,
  ContentPolicyViolationError, ContextWindowExceededError, HookFailedError, InternalError, InternalServerError,
  NoDeploymentsAvailable, NotFoundError, PermissionDeniedError, RateLimitError, Router, RouterError, ServiceUnavailableError, Timeout,
  UnsupportedParamsError,
} = bind(glue, platform, lazy, { text });
