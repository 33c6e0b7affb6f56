/** `switchman/slim`: brings no wasm of its own; the caller says where it is, before the first router is made. */
import * as glue from "../../pkg/switchman.js";
import { lazy } from "../lazy.js";
import { bind } from "../main.js";
import { platform } from "../platform/node.js";

/** @type {typeof import("./slim.js").init} */
export async function init(moduleOrUrl) {
  await glue.default({ module_or_path: moduleOrUrl });
}

export const {
  APIConnectionError, APIError, AuthenticationError, BadRequestError, CancelledError, CompletionStream, ConfigError,
  ContentPolicyViolationError, ContextWindowExceededError, HookFailedError, InternalError, InternalServerError,
  NoDeploymentsAvailable, NotFoundError, PermissionDeniedError, RateLimitError, Router, RouterError, ServiceUnavailableError, Timeout,
  UnsupportedParamsError,
} = bind(glue, platform, lazy);
