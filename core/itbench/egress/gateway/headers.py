"""Which headers pass the gateway: from the program to the provider, and back."""

import re
from collections.abc import Iterable

from itbench.egress.exchange import Request
from itbench.text.redaction import Redactor

STREAM = ("accept", "text/event-stream")
"""What asks for a stream."""
_VISIBLE = re.compile(r"[\t -~]*")
_VERSION_DATE = re.compile(r"20\d\d-[01]\d-[0-3]\d")
_BETA = "anthropic-beta"
# What changes how a model answers and what it is shown. Those that are not here lead to tools or files at the provider, change who
# pays, or are of no use; they are left out, and the provider says so if a field of the body needs one.
_BETAS = re.compile(
    r"(claude-code|interleaved-thinking|fine-grained-tool-streaming|context-management|prompt-caching|prompt-caching-scope|effort"
    r"|extended-cache-ttl|context-1m|token-counting|token-efficient-tools|structured-outputs|output-128k|output-300k|thinking-token-count"
    r"|task-budgets|compact|computer-use|tool-examples|max-tokens-3-5-sonnet|model-context-window-exceeded|thinking-display-updates"
    r"|pdfs)-20\d\d-?[01]\d-?[0-3]\d"
)
# Of a reply: what a client needs to read it, or to try again. Nothing of the account, its limits and its cookies.
_REPLIED = frozenset(
    {
        "content-type",
        "content-encoding",
        "retry-after",
        "retry-after-ms",
        "x-should-retry",
        "request-id",
        "x-request-id",
    }
)


def sent_headers(request: Request, *, is_stream: bool) -> list[tuple[str, str]]:
    """Return the headers of a request to the provider, all but the key."""
    headers = [
        STREAM if is_stream else ("accept", "application/json"),
        ("accept-encoding", "identity"),
    ]
    if request.method == "POST":
        headers.append(("content-type", "application/json"))
    headers += [
        ("anthropic-version", value)
        for value in request.values("anthropic-version")[:1]
        if _VERSION_DATE.fullmatch(value)
    ]
    values = {part.strip() for value in request.values(_BETA) for part in value.split(",")}
    betas = sorted(value for value in values if _BETAS.fullmatch(value))
    return [*headers, (_BETA, ",".join(betas))] if betas else headers


def replied_headers(headers: Iterable[tuple[str, str]], redactor: Redactor) -> list[tuple[str, str]]:
    """Return the headers of a reply that the program gets, without the key: a provider may repeat it."""
    # What no header can hold is a mistake of the provider, and stops no reply.
    return [
        (name, redactor.text(value))
        for name, value in headers
        if name.lower() in _REPLIED and _VISIBLE.fullmatch(value)
    ]
