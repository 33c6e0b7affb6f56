"""Costs by Switchman against costs by LiteLLM: the same rates, the same usage, call by call.

Runs where LiteLLM 1.109.1 is installed (`npm run prices:litellm` sees to that). The rates are those of LiteLLM's own
table, as they stand there; LiteLLM is asked for `completion_cost` (a batch: for `batch_cost_calculator`), Switchman
through `examples/cost`. Differences that are explained in litellm-differences.json pass; any other fails the run, and
so does an explanation that nothing needs. An explanation is for shapes and models (patterns), and may ask for a provider,
for rates that the row `has` or `lacks`, and for what Switchman says (`ours`).

    python scripts/prices/against-litellm.py target/debug/examples/cost [--all]
"""

import fnmatch
import json
import os
import pathlib
import subprocess
import sys
from collections import Counter

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402
from litellm.cost_calculator import batch_cost_calculator  # noqa: E402
from litellm.types.utils import EmbeddingResponse, ModelResponse, Usage  # noqa: E402

VERSION = "1.109.1"
MODELS = 300
# The providers of the first tier, by the names they have in the table.
PROVIDERS = [
    "openai",
    "anthropic",
    "gemini",
    "azure",
    "vertex_ai-language-models",
    "vertex_ai-anthropic_models",
    "bedrock",
    "bedrock_converse",
    "xai",
    "deepseek",
    "mistral",
    "groq",
    "cohere_chat",
    "perplexity",
    "together_ai",
    "fireworks_ai",
    "openrouter",
    "dashscope",
    "moonshot",
    "cerebras",
    "azure_ai",
]
MODES = {"chat", "responses", "completion", "embedding"}
HOUR = {"ephemeral_5m_input_tokens": 3000, "ephemeral_1h_input_tokens": 2000}
# Name, tier, usage as an answer tells it.
SHAPES = [
    ("plain", None, {"prompt_tokens": 1234, "completion_tokens": 567}),
    ("cached", None, {"prompt_tokens": 2006, "completion_tokens": 300, "prompt_tokens_details": {"cached_tokens": 1920}}),
    (
        "written",
        None,
        {
            "prompt_tokens": 12000,
            "completion_tokens": 300,
            "prompt_tokens_details": {
                "cached_tokens": 4000,
                "cache_creation_tokens": 5000,
                "cache_creation_token_details": HOUR,
            },
        },
    ),
    (
        "reasoning",
        None,
        {"prompt_tokens": 800, "completion_tokens": 4000, "completion_tokens_details": {"reasoning_tokens": 3100}},
    ),
    (
        "long",
        None,
        {
            "prompt_tokens": 300001,
            "completion_tokens": 2000,
            "prompt_tokens_details": {"cached_tokens": 100000},
            "completion_tokens_details": {"reasoning_tokens": 500},
        },
    ),
    (
        "media",
        None,
        {
            "prompt_tokens": 5000,
            "completion_tokens": 900,
            "prompt_tokens_details": {"audio_tokens": 1200, "image_tokens": 800},
            "completion_tokens_details": {"audio_tokens": 300, "image_tokens": 200},
        },
    ),
    (
        "overlap",
        None,
        {
            "prompt_tokens": 1000,
            "completion_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 900, "image_tokens": 400},
        },
    ),
    ("flex", "flex", {"prompt_tokens": 2006, "completion_tokens": 300, "prompt_tokens_details": {"cached_tokens": 1920}}),
    (
        "priority",
        "priority",
        {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "prompt_tokens_details": {"cached_tokens": 1920},
            "completion_tokens_details": {"reasoning_tokens": 100},
        },
    ),
    ("batch", "batch", {"prompt_tokens": 2006, "completion_tokens": 300, "prompt_tokens_details": {"cached_tokens": 1920}}),
    (
        "search",
        None,
        {"prompt_tokens": 100, "completion_tokens": 200, "server_tool_use": {"web_search_requests": 1}},
    ),
]


def provider_of(row):
    """The name by which calls name a provider of the table."""
    name = row["litellm_provider"]
    return "vertex_ai" if name.startswith("vertex_ai") else {"bedrock_converse": "bedrock"}.get(name, name)


def rates_of(row):
    """What of a row is a price."""
    kept = {}
    for name, value in row.items():
        if value is not None and ("cost" in name or name == "tiered_pricing"):
            kept[name] = value
    return kept


def chosen():
    """Models of every provider in turn, until there are enough: the same ones every time."""
    queues = []
    for provider in PROVIDERS:
        names = [
            name
            for name, row in litellm.model_cost.items()
            if row.get("litellm_provider") == provider and row.get("mode") in MODES and row.get("input_cost_per_token") is not None
        ]
        # Those with most rates first: they are where a rule can be wrong.
        queues.append(sorted(names, key=lambda name: (-len(rates_of(litellm.model_cost[name])), name)))
    models = []
    while len(models) < MODELS and any(queues):
        for queue in queues:
            if queue and len(models) < MODELS:
                name = queue.pop(0)
                # Some names have two rows, of which LiteLLM takes the other.
                if litellm.get_model_info(name, provider_of(litellm.model_cost[name]))["key"] == name:
                    models.append(name)
    return models


def usage_for(mode, shape):
    usage = json.loads(json.dumps(shape))
    if mode == "embedding":
        usage["completion_tokens"] = 0
        usage.pop("completion_tokens_details", None)
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
    return usage


def theirs(model, row, tier, usage):
    """What LiteLLM says; an exception is an answer too."""
    provider = provider_of(row)
    try:
        told = Usage(**usage)
        if tier == "batch":
            return sum(batch_cost_calculator(usage=told, model=model, custom_llm_provider=provider))
        is_embedding = row["mode"] == "embedding"
        reply = (EmbeddingResponse if is_embedding else ModelResponse)(model=model, usage=told)
        return litellm.completion_cost(
            completion_response=reply,
            model=model,
            custom_llm_provider=provider,
            call_type="embedding" if is_embedding else "completion",
            service_tier=tier,
        )
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"[:120]


def same(pico, usd):
    """Equal but for the floats that LiteLLM adds up, and for what Switchman cannot know and LiteLLM calls 0."""
    if pico is None or isinstance(usd, str):
        return False
    return abs(pico - usd * 1e12) <= max(2.0, usd * 1e12 * 1e-9)


def main():
    found = litellm.__version__ if hasattr(litellm, "__version__") else None
    if found is None:
        from importlib.metadata import version

        found = version("litellm")
    if found != VERSION:
        sys.exit(f"LiteLLM {found} is installed, and {VERSION} is what the differences were explained for")
    binary = sys.argv[1]
    explained = json.loads(pathlib.Path(__file__).with_name("litellm-differences.json").read_text())
    # Rates by the hour of the day would make two runs differ, and are no rule of Switchman's.
    for row in litellm.model_cost.values():
        row.pop("off_peak_pricing", None)
    models = chosen()
    calls, lines = [], []
    for model in models:
        row = litellm.model_cost[model]
        for name, tier, shape in SHAPES:
            usage = usage_for(row["mode"], shape)
            calls.append((model, row, name, tier, usage))
            lines.append(json.dumps({"rates": rates_of(row), "usage": usage, "tier": tier}))
    run = subprocess.run([binary], input="\n".join(lines) + "\n", capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(run.stderr)
    ours = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(ours) == len(calls), f"{len(ours)} answers to {len(calls)} calls"
    counts, used, failed = Counter(), Counter(), []
    for (model, row, name, tier, usage), bill in zip(calls, ours):
        pico = bill and bill["pico"]
        usd = theirs(model, row, tier, usage)
        if same(pico, usd):
            counts["equal"] += 1
            continue
        matches = (
            entry["id"]
            for entry in explained
            if name in entry["shapes"]
            and any(fnmatch.fnmatchcase(model, pattern) for pattern in entry["models"])
            and entry.get("provider") in (None, row["litellm_provider"])
            and ("ours" not in entry or entry["ours"] == pico)
            and not any(rate in row for rate in entry.get("lacks", []))
            and all(rate in row for rate in entry.get("has", []))
        )
        reason = next(matches, None)
        if reason:
            counts["explained"] += 1
            used[reason] += 1
        else:
            counts["unexplained"] += 1
        if reason is None or "--all" in sys.argv:
            failed.append(f"{model} [{row['litellm_provider']}] {name}: ours {bill and bill['usd']}, theirs {usd} {reason or ''}")
    print("\n".join(failed[: None if "--all" in sys.argv else 60]))
    providers = len({litellm.model_cost[model]["litellm_provider"] for model in models})
    print(f"{len(models)} models of {providers} providers, {len(SHAPES)} shapes, {len(calls)} costs")
    print(f"{counts['equal']} equal, {counts['explained']} explained, {counts['unexplained']} unexplained")
    for entry in explained:
        print(f"  {used[entry['id']]:4} {entry['id']}: {entry['why']}")
    idle = [entry["id"] for entry in explained if not used[entry["id"]]]
    if idle:
        print(f"explained, and not found: {', '.join(idle)}")
    sys.exit(1 if counts["unexplained"] or idle else 0)


main()
