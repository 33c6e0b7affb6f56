/** Cloudflare Workers: the runtime compiles nothing from bytes, so the module itself is imported. */
import module from "../../pkg/switchman_bg.wasm";
import text from "../../dist/prices/first-tier.js";
import * as glue from "../../pkg/switchman.js";
import { lazy } from "../lazy.js";
import { bind } from "../main.js";
import { platform } from "../platform/workerd.js";

glue.initSync({ module });

export const {
  APIConnectionError, APIError, AuthenticationError, BadRequestError, CancelledError, CompletionStream, ConfigError,
  ContentPolicyViolationError, ContextWindowExceededError, HookFailedError, InternalError, InternalServerError,
  NoDeploymentsAvailable, NotFoundError, PermissionDeniedError, RateLimitError, Router, RouterError, ServiceUnavailableError, Timeout,
  UnsupportedParamsError,
} = bind(glue, platform, lazy, { text });
