"""How providers fail, as they document it: with a status, within a reply of status 200, or by falling silent."""

import json
from typing import TYPE_CHECKING, TypeAlias

from itbench.interfaces.json import JsonObject
from itbench.testing.model_answers import Answer, Broken, Raw, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from itbench.testing.model_server import Asked

Trouble: TypeAlias = Status | Broken | Raw
_HALF = Answer(text="I look around. " * 9, calls=[("execute", {"command": "echo half"})])


def error_bodies(api: str) -> list[JsonObject]:
    """Return bodies of errors that may pass, as they stand within replies of status 200."""
    common: list[JsonObject] = [
        {"error": {"message": "busy", "code": 429}},
        {"error": {"message": "busy", "code": "502"}},
        {"error": {"message": "busy", "type": "server_error"}},
        {"error": "busy"},
        {"errors": [{"message": "busy"}]},
        {"code": 429, "message": "busy"},
        {"status": 503, "detail": "busy"},
        {"object": "error", "message": "busy", "code": 503},
        {"detail": "Internal Server Error"},
        {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}},
    ]
    own: dict[str, list[JsonObject]] = {
        "chat": [
            *(
                {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
                for reason in _FINISH_REASONS
            ),
            {"choices": [{"index": 0, "delta": {"content": ""}, "error": {"code": 502, "message": "busy"}}]},
        ],
        "responses": [
            {"type": "error", "code": "server_error", "message": "busy"},
            {"type": "response.failed", "response": {"status": "failed", "error": {"code": "server_error"}}},
            {"type": "response.failed", "response": {"status": "failed", "error": None}},
        ],
        "messages": [
            {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}},
            {"type": "message_delta", "delta": {"stop_reason": "error"}},
        ],
    }
    return common + own[api]


def documented_troubles(api: str) -> list[Trouble]:
    """Return every way to fail that may pass; none leaves a reply that could be taken for one."""
    statuses = [Status(code=code) for code in (408, 409, 429, 500, 502, 503, 504, 529)]
    asking = [
        Status(code=429, headers={"Retry-After": "0.01"}),
        Status(code=429, headers={"retry-after-ms": "10"}),
        Status(
            code=413,
            body={
                "error": {
                    "message": "Request too large: tokens per minute (TPM)",
                    "code": "rate_limit_exceeded",
                }
            },
        ),
        Status(
            code=429, body={"error": {"message": "Too many tokens per day, please wait before trying again."}}
        ),
    ]
    pages = [
        Raw(body=b"<html>502 Bad Gateway</html>", content_type="text/html", code=502),
        Raw(body=b"upstream connect error", content_type="text/plain"),
        Raw(body=b""),
        Raw(body=b"data: {not json}\n\n"),
        Raw(body=b'{"half": ', content_type="application/json"),
        Raw(body=b"event: error\ndata: busy\n\n"),
    ]
    within: list[Trouble] = []
    for body in error_bodies(api):
        within.append(Raw(body=f"data: {json.dumps(body)}\n\n".encode()))
        whole = body.get("response", body)
        within.append(Raw(body=json.dumps(whole).encode(), content_type="application/json"))
    return [
        *statuses,
        *asking,
        *pages,
        *within,
        Broken(answer=_HALF, events=0),
        Broken(answer=_HALF, events=3),
    ]


def failing(
    react: "Callable[[Asked], Answer | Trouble]", every: int = 3
) -> "Callable[[Asked], Answer | Trouble]":
    """Return a function that answers like another one, but fails each so many requests, in all ways one after the other."""

    def answer(asked: "Asked") -> Answer | Trouble:
        if asked.number % every:
            return react(asked)
        ways: Sequence[Trouble] = documented_troubles(asked.api)
        return ways[asked.number // every % len(ways)]

    return answer


_FINISH_REASONS = (
    "error",
    "network_error",
    "insufficient_system_resource",
    "abort",
    "cancelled",
    "timeout",
    "upstream_error",
    "ERROR",
)
