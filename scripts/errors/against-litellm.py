"""What LiteLLM makes of the error bodies in tests/fixtures/errors/corpus.jsonl, beside what Switchman makes of them.

Runs where LiteLLM 1.109.1 is installed (`npm run errors:litellm` sees to that). Each body is served by a server on the
loopback interface, with its status and its headers; LiteLLM is pointed to it as the body's provider, and what it raises is
compared with the class of the row, which a test holds Switchman to. Differences that litellm-differences.json explains
pass; any other fails the run, and so does an explanation that nothing needs.

    python scripts/errors/against-litellm.py [--all]
"""

import fnmatch
import http.server
import json
import os
import pathlib
import sys
import threading

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "CLOUDFLARE_ACCOUNT_ID", "GITHUB_API_KEY"):
    os.environ[name] = "none"
os.environ["AWS_REGION_NAME"] = "us-east-1"

import litellm  # noqa: E402

VERSION = "1.109.1"
HERE = pathlib.Path(__file__).parent
CORPUS = HERE.parent.parent / "tests" / "fixtures" / "errors" / "corpus.jsonl"

# How LiteLLM is pointed to a provider, where the name alone does not do.
AS = {
    "openai": "openai/gpt-4o",
    "azure": "azure/gpt-4o",
    "gemini": "gemini/gemini-2.5-pro",
    "anthropic": "anthropic/claude-sonnet-4-5",
    "cohere": "cohere_chat/command-r",
    "bedrock": "bedrock/converse/anthropic.claude-3-haiku-20240307-v1:0",
    "huggingface": "huggingface/together/model",
    "llamafile": "llamafile/model",
    "mlx": "openai/model",
    "voyage": None,
    "jina_ai": None,
    "vertex_ai": None,
    "replicate": None,
    "oauth": None,
    "github_copilot": None,
    "unknown": "openai/model",
}
# Our names of LiteLLM's classes.
CLASSES = {
    "ContextWindowExceededError": {"ContextWindow"},
    "ContentPolicyViolationError": {"ContentPolicy"},
    "AuthenticationError": {"Auth"},
    "PermissionDeniedError": {"PermissionDenied"},
    "NotFoundError": {"NotFound"},
    "RateLimitError": {"RateLimit"},
    "PaymentRequiredError": {"Quota"},
    "Timeout": {"Timeout"},
    "InternalServerError": {"Unavailable", "Overloaded"},
    "ServiceUnavailableError": {"Unavailable", "Overloaded"},
    "BadGatewayError": {"Unavailable"},
    "BadRequestError": {"BadRequest", "TooLarge"},
    "UnprocessableEntityError": {"BadRequest"},
    "APIError": {"Unavailable", "BadReply"},
}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    row: dict = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # noqa: N802
        self.rfile.read(int(self.headers.get("content-length") or 0))
        row = self.server.row
        body = row["body"] if isinstance(row["body"], str) else json.dumps(row["body"])
        kind = "application/json"
        if row["status"] is None:
            body, kind = f"data: {body}\n\n", "text/event-stream"
        data = body.encode()
        self.send_response(row["status"] or 200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in row.get("headers", {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_):
        pass


def theirs(server, row):
    """The name of the class that LiteLLM raises; `None` where it cannot be pointed to the provider."""
    model = AS.get(row["provider"], f"{row['provider']}/model")
    if model is None:
        return None
    server.row = row
    base = f"http://127.0.0.1:{server.server_address[1]}"
    stream = row["status"] is None
    try:
        answer = litellm.completion(
            model=model,
            messages=[{"role": "user", "content": "Hi"}],
            api_base=base,
            api_key="none",
            api_version="2024-02-01",
            max_retries=0,
            num_retries=0,
            stream=stream,
            timeout=20,
        )
        if stream:
            for _ in answer:
                pass
        return "an answer"
    except Exception as error:  # noqa: BLE001
        name = type(error).__name__
        if name == "MidStreamFallbackError":
            original = getattr(error, "original_exception", None)
            name = type(original).__name__ if original is not None else name
        return name


def main():
    show_all = "--all" in sys.argv
    assert litellm._version.version == VERSION, litellm._version.version
    litellm.suppress_debug_info = True
    rows = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    explained = json.loads((HERE / "litellm-differences.json").read_text())
    used = set()
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    same = skipped = 0
    unexplained = []
    for row in rows:
        found = theirs(server, row)
        if found is None:
            skipped += 1
            continue
        if row["class"] in CLASSES.get(found, set()):
            same += 1
            continue
        for place, rule in enumerate(explained):
            if (
                fnmatch.fnmatch(row["provider"], rule["provider"])
                and row["class"] == rule["ours"]
                and found in rule["theirs"]
                and ("status" not in rule or row["status"] in rule["status"])
            ):
                used.add(place)
                if show_all:
                    print(f"{rule['right']:9} {row['provider']} {row['status']} {row['class']} / {found}: {rule['why']}")
                break
        else:
            unexplained.append((row, found))
    for row, found in unexplained:
        print(f"NOT EXPLAINED {row['provider']} {row['status']} ours {row['class']} theirs {found}: {json.dumps(row['body'])[:220]}")
    for place, rule in enumerate(explained):
        if place not in used:
            print("NOT NEEDED", json.dumps(rule))
    differ = len(rows) - same - skipped
    print(f"{len(rows)} bodies: {same} alike, {differ} differ ({differ - len(unexplained)} explained), {skipped} that LiteLLM cannot be pointed to")
    sys.exit(1 if unexplained or len(used) < len(explained) else 0)


main()
