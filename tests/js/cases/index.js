/** The case functions, by suite. */
import { abortCalls } from "./abort-calls.js";
import { abortStreams } from "./abort-streams.js";
import { affinity } from "./affinity.js";
import { azure } from "./azure.js";
import { bigBody } from "./big-body.js";
import { budgets } from "./budgets.js";
import { caching } from "./caching.js";
import { cachingStreams } from "./caching-streams.js";
import { cachingTold } from "./caching-told.js";
import { callbacks } from "./callbacks.js";
import { callbacksContent } from "./callbacks-content.js";
import { callbacksFailing } from "./callbacks-failing.js";
import { compat } from "./compat.js";
import { concurrency } from "./concurrency.js";
import { costs } from "./costs.js";
import { customStrategy } from "./custom-strategy.js";
import { events } from "./events.js";
import { experiments } from "./experiments.js";
import { files } from "./files.js";
import { filters } from "./filters.js";
import { gemini } from "./gemini.js";
import { hedging } from "./hedging.js";
import { inPage } from "./in-page.js";
import { inPlace } from "./in-place.js";
import { inputRefused } from "./input-refused.js";
import { inputRelayed } from "./input-relayed.js";
import { inputSteering } from "./input-steering.js";
import { insight } from "./insight.js";
import { load, loadLong } from "./load.js";
import { manage } from "./manage.js";
import { mayFallback } from "./may-fallback.js";
import { metrics } from "./metrics.js";
import { mock } from "./mock.js";
import { naming } from "./naming.js";
import { oddHost } from "./odd-host.js";
import { overrides } from "./overrides.js";
import { prices } from "./prices.js";
import { probes } from "./probes.js";
import { race } from "./race.js";
import { remaining } from "./remaining.js";
import { reserve } from "./reserve.js";
import { scope } from "./scope.js";
import { secretsHome } from "./secrets-home.js";
import { secretsShown } from "./secrets-shown.js";
import { shadow } from "./shadow.js";
import { sharing } from "./sharing.js";
import { streamBytes } from "./stream-bytes.js";
import { streamDrip } from "./stream-drip.js";
import { streamFaults } from "./stream-faults.js";
import { streamObjects } from "./stream-objects.js";
import { streamResume } from "./stream-resume.js";
import { streamResumeLimits } from "./stream-resume-limits.js";
import { streamRules } from "./stream-rules.js";
import { streamScenarios } from "./stream-scenarios.js";
import { strategies } from "./strategies.js";
import { testkit } from "./testkit.js";
import { tokens } from "./tokens.js";
import { transcripts } from "./transcripts.js";
import { trap } from "./trap.js";
import { usage } from "./usage.js";

/** For every runtime. */
export const suites = {
  ...{ abortCalls, abortStreams, concurrency, hedging, inputRefused, inputRelayed, inputSteering, manage, naming, oddHost, scope },
  ...{ secretsHome, secretsShown, sharing, strategies, streamBytes, streamFaults, streamObjects, testkit, transcripts, trap },
  ...{ customStrategy, filters, mayFallback, mock, overrides, prices, remaining, reserve, tokens, usage },
  ...{ affinity, experiments, shadow },
  ...{ caching, cachingStreams, cachingTold },
  ...{ azure, compat, files },
  ...{ budgets, callbacks, callbacksContent, callbacksFailing, costs, events, gemini, insight, metrics, probes, race },
  ...{ bigBody, inPlace, streamDrip, streamResume, streamResumeLimits, streamRules, streamScenarios },
};

/** Where the linear memory can be seen: see `support/memory.js`. */
export const loadSuites = { load, loadLong };

/** For browsers only. */
export const pageSuites = { inPage };
