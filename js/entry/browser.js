/** Browsers and their bundlers: the wasm is fetched from beside the script before the module is ready. */
import * as glue from "../../pkg/switchman.js";
import { bind } from "../main.js";
import { platform } from "../platform/node.js";

await glue.default({ module_or_path: new URL("../../pkg/switchman_bg.wasm", import.meta.url) });

export const {
  APIConnectionError, APIError, AuthenticationError, BadRequestError, CancelledError, CompletionStream, ConfigError,
  ContentPolicyViolationError, ContextWindowExceededError, InternalError, InternalServerError, NoDeploymentsAvailable,
  NotFoundError, PermissionDeniedError, RateLimitError, Router, RouterError, ServiceUnavailableError, Timeout,
  UnsupportedParamsError,
} = bind(glue, platform);
