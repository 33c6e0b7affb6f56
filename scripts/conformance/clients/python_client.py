"""OpenAI's client for Python: questions come as lines of JSON, answers go out the same way."""

import json
import sys

import openai
from pydantic import BaseModel

client = openai.OpenAI(api_key="-", base_url=sys.argv[1])
completions = client.chat.completions

CLASSES = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    529: openai.InternalServerError,
}
PARAMETERS = {
    "type": "object",
    "properties": {"town": {"type": "string"}},
    "required": ["town"],
    "additionalProperties": False,
}
TOOLS = [{"type": "function", "function": {"name": "look_up", "parameters": PARAMETERS, "strict": True}}]


class Reply(BaseModel):
    reply: str


def said(content):
    return [{"role": "user", "content": content}]


def chat(model):
    return completions.create(model=model, messages=said("Say something.")).choices[0].message.content


def stream(model):
    pieces = []
    try:
        with completions.create(model=model, messages=said("Say something."), stream=True) as chunks:
            for chunk in chunks:
                if chunk.choices and chunk.choices[0].delta.content:
                    pieces.append(chunk.choices[0].delta.content)
    except Exception as failure:
        return {"pieces": pieces, "error": repr(failure)}
    return {"pieces": pieces}


def once(**request):
    return completions.create(**request)


def streamed(**request):
    with completions.stream(**request) as events:
        return events.get_final_completion()


def tool_round(model, ask):
    request = {"model": model, "tools": TOOLS}
    messages = said("How is the weather?")
    message = ask(messages=messages, **request).choices[0].message
    results = [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in message.tool_calls]
    told = message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"})
    for call in told["tool_calls"]:
        call["function"].pop("parsed_arguments", None)
    answer = ask(messages=[*messages, told, *results], **request)
    calls = [{"name": call.function.name, "input": json.loads(call.function.arguments)} for call in message.tool_calls]
    return {"calls": calls, "text": answer.choices[0].message.content}


def an_object(model):
    completion = completions.parse(model=model, messages=said("Say something."), response_format=Reply)
    return completion.choices[0].message.parsed.model_dump()


def error(model):
    try:
        chat(model)
    except openai.APIStatusError as failure:
        is_typed = isinstance(failure, CLASSES[failure.status_code]) and isinstance(failure.body["message"], str)
        return {"status": failure.status_code, "isTyped": is_typed, "told": repr(failure)}
    raise AssertionError("it should have failed")


ASKS = {
    "chat": chat,
    "stream": stream,
    "tools": lambda model: tool_round(model, once),
    "streamedTools": lambda model: tool_round(model, streamed),
    "object": an_object,
    "error": error,
}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        told = {"answer": ASKS[asked["ask"]](asked["group"])}
    except Exception as failure:
        told = {"error": repr(failure)}
    print(json.dumps(told), flush=True)
