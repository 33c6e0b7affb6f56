"""Validates requests against the types of the providers' own clients: a list as JSON comes in, what is wrong goes out."""

import json
import sys
from importlib import import_module

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match, relevance
from pydantic import TypeAdapter

CHAT = "types.chat.completion_create_params:CompletionCreateParams"

# By dialect: where the type stands, and whether it has an ending for whole answers and one for streams. Who has no client of
# its own is held against OpenAI's. A request that asks for a beta is held against the beta's types.
TYPES = {
    "openai": ("openai", CHAT, True),
    "azure": ("openai", CHAT, True),
    "anthropic": ("anthropic", "types.message_create_params:MessageCreateParams", True),
    "anthropic-beta": ("anthropic", "types.beta.message_create_params:MessageCreateParams", True),
    "deepseek": ("openai", CHAT, True),
    "moonshot": ("openai", CHAT, True),
    "xai": ("openai", CHAT, True),
    "zai": ("openai", CHAT, True),
    "groq": ("groq", CHAT, False),
    "mistral": ("mistralai.client", "models:ChatCompletionRequest", False),
    "together_ai": ("together", CHAT, True),
    "cerebras": ("cerebras.cloud.sdk", CHAT, False),
    "fireworks_ai": ("fireworks", CHAT, True),
    "sambanova": ("sambanova", CHAT, True),
    "perplexity": ("perplexity", CHAT, True),
    "openrouter": ("openrouter", "components:ChatRequest", False),
}


# What providers take though these types have no name for it, and what they do not ask for though their clients do: a
# client is written for its own answers, which it sends back as they came.
TAKEN = {
    "deepseek": {"thinking", "reasoning_content"},
    "moonshot": {"thinking", "reasoning_content"},
    "xai": {"reasoning_content"},
    "zai": {"thinking", "reasoning_content", "cache_control"},
    "groq": {"stream_options"},
    "fireworks_ai": {"stream_options"},
    "together_ai": {"stream_options", "strict"},
    "sambanova": {"strict", "tool_call_id"},
}
NOT_ASKED = {"together_ai": {"index", "arguments"}}


def type_of(dialect, is_stream):
    package, place, has_streams = TYPES[dialect]
    module, name = place.split(":")
    ending = ("Streaming" if is_stream else "NonStreaming") if has_streams else ""
    return getattr(import_module(f"{package}.{module}"), name + ending)


def close(schema, dialect):
    """A member that no type names is a mistake: the types do not say so by themselves, and those of answers take any."""
    if isinstance(schema, dict):
        for value in schema.values():
            close(value, dialect)
        if "properties" in schema and schema.get("type") == "object":
            schema["additionalProperties"] = False
            schema["properties"].update((name, {}) for name in TAKEN.get(dialect, ()) if name not in schema["properties"])
            schema["required"] = [name for name in schema.get("required", ()) if name not in NOT_ASKED.get(dialect, ())]
    elif isinstance(schema, list):
        for value in schema:
            close(value, dialect)
    return schema


validators = {}


def validator(dialect, is_stream):
    key = (dialect, is_stream)
    if key not in validators:
        validators[key] = Draft202012Validator(close(TypeAdapter(type_of(dialect, is_stream)).json_schema(), dialect))
    return validators[key]


def problems(request):
    check = validator(request["dialect"], request["body"].get("stream") is True)
    for error in check.iter_errors(request["body"]):
        deepest = best_match([error], key=relevance) or error
        while deepest.context:
            deepest = min(deepest.context, key=lambda one: (len(one.context or []) == 0, -len(one.absolute_path)))
        yield f"{error.json_path}: {error.message[:300]} ({deepest.json_path}: {deepest.message[:300]})"


print(json.dumps([list(problems(request)) for request in json.load(sys.stdin)]))
