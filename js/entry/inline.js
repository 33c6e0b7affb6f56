/** `switchman/inline`: the bytes are inside, for bundles of one file. Not for Workers, which compile nothing from bytes. */
import * as glue from "../../pkg/switchman.js";
import text from "../../dist/prices/first-tier.js";
import base64 from "../../dist/wasm.js";
import * as look from "../cache/look.js";
import * as outlets from "../callbacks/outlets.js";
import * as files from "../files.js";
import * as probe from "../probe/probe.js";
import { bind } from "../main.js";
import { platform } from "../platform/node.js";

glue.initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) });

export const {
  APIConnectionError, APIError, AuthenticationError, BadRequestError, CancelledError, CompletionStream, ConfigError,
  ContentPolicyViolationError, ContextWindowExceededError, HookFailedError, InternalError, InternalServerError,
  NoDeploymentsAvailable, NotFoundError, PermissionDeniedError, RateLimitError, Router, RouterError, ServiceUnavailableError, Timeout,
  UnsupportedParamsError,
} = bind(glue, platform, { outlets: () => outlets, loadCache: () => look, loadFiles: () => files, loadProbe: () => probe }, { text });
