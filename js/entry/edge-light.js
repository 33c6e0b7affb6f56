/** Vercel's edge runtime and Next.js middleware: as on Workers, but their bundlers want the import marked as a module. */
import module from "../../pkg/switchman_bg.wasm?module";
import text from "../../dist/prices/first-tier.js";
import * as glue from "../../pkg/switchman.js";
import { lazy } from "../lazy.js";
import { bind } from "../main.js";
import { platform } from "../platform/edge-light.js";

glue.initSync({ module });

export const {
  APIConnectionError, APIError, AuthenticationError, BadRequestError, CancelledError, CompletionStream, ConfigError,
  ContentPolicyViolationError, ContextWindowExceededError, HookFailedError, InternalError, InternalServerError,
  NoDeploymentsAvailable, NotFoundError, PermissionDeniedError, RateLimitError, Router, RouterError, ServiceUnavailableError, Timeout,
  UnsupportedParamsError,
} = bind(glue, platform, lazy, { text });
