"""Validates requests against the types of the providers' own clients: a list as JSON comes in, what is wrong goes out."""

import json
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match, relevance
from pydantic import TypeAdapter

import anthropic.types.beta.message_create_params as anthropic_beta
import anthropic.types.message_create_params as anthropic_messages
import openai.types.chat.completion_create_params as openai_chat

# By dialect, then whether it is a stream. A request that asks for a beta is held against the beta's types.
TYPES = {
    "openai": (openai_chat.CompletionCreateParamsNonStreaming, openai_chat.CompletionCreateParamsStreaming),
    "anthropic": (
        anthropic_messages.MessageCreateParamsNonStreaming,
        anthropic_messages.MessageCreateParamsStreaming,
    ),
    "anthropic-beta": (anthropic_beta.MessageCreateParamsNonStreaming, anthropic_beta.MessageCreateParamsStreaming),
}


def close(schema):
    """A member that no type names is a mistake: the types do not say so by themselves, and those of answers take any."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            schema["additionalProperties"] = False
        for value in schema.values():
            close(value)
    elif isinstance(schema, list):
        for value in schema:
            close(value)
    return schema


validators = {}


def validator(dialect, is_stream):
    key = (dialect, is_stream)
    if key not in validators:
        validators[key] = Draft202012Validator(close(TypeAdapter(TYPES[dialect][is_stream]).json_schema()))
    return validators[key]


def problems(request):
    check = validator(request["dialect"], request["body"].get("stream") is True)
    for error in check.iter_errors(request["body"]):
        deepest = best_match([error], key=relevance) or error
        while deepest.context:
            deepest = min(deepest.context, key=lambda one: (len(one.context or []) == 0, -len(one.absolute_path)))
        yield f"{error.json_path}: {error.message[:300]} ({deepest.json_path}: {deepest.message[:300]})"


print(json.dumps([list(problems(request)) for request in json.load(sys.stdin)]))
