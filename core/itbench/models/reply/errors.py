"""What an error of a provider stands for, wherever it stands: in a status, in a body of status 200, or in a stream."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject, JsonValue, json_text
from itbench.models.faults import ContextLengthError, ModelError, PassingError
from itbench.models.reply.foreign import DEEPEST, is_shallow, parse, whole_number
from itbench.models.reply.text import sound
from itbench.models.reply.windows import CODES, says_too_long

_RATE = re.compile(
    r"rate.?limit|too.?many.?requests|throttl|resource.?exhausted|limit_(requests|tokens)|requests.?limited",
    re.IGNORECASE,
)
_RATE_TEXT = re.compile(
    r"rate.?limit|too many requests|throttl|\b[rt]p[mdh]\b|(requests|tokens) per (second|min|minute|hour|day)\b"
    r"|too many tokens.{0,40}(please wait|try again)",
    re.IGNORECASE,
)
# A request that asks for more than the whole allowance will not pass, however long one waits.
_ALLOWANCE = re.compile(r"limit:? (\d+),? requested:? ~?(\d+)", re.IGNORECASE)
# These come with status 429 too, but no waiting helps.
_NO_CREDIT = re.compile(
    r"insufficient.?(quota|balance|funds|credit)|billing|payment.?required", re.IGNORECASE
)
# What is wrong with the request or the account, where no status says so.
_LASTING = re.compile(
    r"invalid.?(request|argument|api|parameter|prompt)|authentication|unauthenticated|unauthorized|permission|forbidden"
    r"|not.?found|not.?supported|unsupported|bad.?request|access.?denied",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"error|fail|abort|cancel|time.?out|network|insufficient|unavailable|overload|exception|internal|interrupt|disconnect"
    r"|incomplete|expired",
    re.IGNORECASE,
)
_PASSING_STATUSES = frozenset({408, 409, 425})
CAPACITY = frozenset({503, 529})
"""Statuses by which a provider says that it is overloaded or not there, which no request can cause."""
# With these a message about lengths is about something else.
_NEVER_LONG = frozenset({401, 402, 403, 404, 408, 409, 429})
_CODES = (
    "code",
    "status",
    "status_code",
    "statusCode",
    "error_code",
    "http_code",
    "type",
    "reason",
    "error_type",
)
_TEXTS = (
    "message",
    "msg",
    "detail",
    "details",
    "error_msg",
    "status_msg",
    "error_message",
    "description",
    "reason",
)
_NESTED = ("error", "errors", "response", "base_resp", "metadata")
_PAYLOAD = ("choices", "output", "content", "delta", "content_block", "item", "part")
_OF_ERRORS = frozenset({*_CODES, *_TEXTS, *_NESTED}) - {"type"}
_LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class _Told:
    """What an error says: codes and types in it, a text, and the status that it stands for, if it says one."""

    kinds: str
    text: str
    status: int | None


def error_of(
    status: int | None, body: JsonValue, *, asked_s: float | None = None
) -> PassingError | ModelError:
    """Return the error that a provider's words stand for; without a status, what is not known to last may pass.

    Sources: platform.openai.com/docs/guides/error-codes, platform.claude.com/docs/en/api/errors, openrouter.ai/docs/api/errors.
    """
    told = _told(body)
    message = f"{f'status {status}: ' if status else ''}{told.text}"
    status = status or told.status
    is_rate = status == 429 or bool(_RATE.search(told.kinds) or _RATE_TEXT.search(told.text))
    is_window = bool(CODES & set(told.kinds.split()))
    if is_window or _is_too_long(status, told.text, is_rate=is_rate):
        return ContextLengthError(message)
    if _NO_CREDIT.search(told.kinds) or (is_rate and _is_more_than_all(told.text)):
        return ModelError(message)
    if is_rate and status in {None, 400, 403, 413, 429, 503}:
        return PassingError(
            message, retry_after_s=asked_s, is_rate_limit=True, is_capacity=status in CAPACITY
        )
    if (
        status in _PASSING_STATUSES
        or (status or 0) >= 500
        or (status is None and not _LASTING.search(told.kinds))
    ):
        return PassingError(message, retry_after_s=asked_s, is_capacity=status in CAPACITY)
    return ModelError(message)


def find_error(event: JsonObject) -> bool:
    """Return whether a body or an event of a stream is an error, in any spelling, and no part of a reply."""
    if event.get("type") == "error" or event.get("object") == "error":
        return True
    if not _OF_ERRORS & event.keys():
        return False  # As nearly all events are.
    if any(says_something(event.get(key)) for key in ("error", "errors")):
        return True
    base = event.get("base_resp")
    if isinstance(base, dict) and whole_number(base.get("status_code")):
        return True
    if any(event.get(key) for key in _PAYLOAD):
        return False
    return _status(event) is not None or (
        "type" not in event and any(isinstance(event.get(key), str) for key in _TEXTS)
    )


def says_something(value: JsonValue) -> bool:
    """Return whether the value of a field for errors is one: servers also fill it with null, or with nulls."""
    return any(value.values()) if isinstance(value, dict) else bool(value)


def failed_finish(reason: str) -> PassingError | ModelError | None:
    """Return the error that the reason for a reply's end stands for, or None where it is an honest end."""
    reason = reason[:_LONGEST_TEXT]
    if not _FAILED.search(reason):
        return None
    return error_of(None, {"code": reason, "message": f"the reply ended with the reason {reason!r}"})


def loose_error(data: bytes) -> PassingError | ModelError:
    """Return the error that the data of an event named `error` stands for: JSON, or any text."""
    try:
        return error_of(None, parse(data))
    except PassingError:
        return error_of(None, data.decode("utf-8", "replace"))


def _is_too_long(status: int | None, text: str, *, is_rate: bool) -> bool:
    if is_rate or status in _NEVER_LONG:
        return False
    return status == 413 or says_too_long(text)


def _is_more_than_all(text: str) -> bool:
    found = _ALLOWANCE.search(text)
    return found is not None and len(found[2]) < 19 and int(found[2]) > int(found[1][:18])


def _told(body: JsonValue) -> _Told:
    if not is_shallow(body):
        body = f"an error that is nested more than {DEEPEST} levels deep"
    layers = list(_layers(body))
    kinds = [
        value if isinstance(value, str) else str(whole_number(value))
        for layer in layers
        for key in _CODES
        if isinstance(value := layer.get(key), str | int)
    ]
    texts = [
        value
        for layer in reversed(layers)
        for key in _TEXTS
        if isinstance(value := layer.get(key), str) and value
    ]
    texts += [
        value for layer in layers for key in ("error", "errors") if isinstance(value := layer.get(key), str)
    ]
    text = texts[0] if texts else body if isinstance(body, str) else _shown(body)
    statuses = [status for layer in layers if (status := _status(layer)) is not None]
    return _Told(
        kinds=" ".join(kind[:_LONGEST_TEXT] for kind in kinds)[:_LONGEST_TEXT].lower(),
        text=sound(text[: 8 * _LONGEST_TEXT].strip())[:_LONGEST_TEXT] or "no message",
        status=statuses[0] if statuses else None,
    )


def _layers(body: JsonValue) -> Iterator[JsonObject]:
    """Give the objects in which an error may tell of itself, from the outside in."""
    if isinstance(body, list):
        for entry in body[:1]:
            yield from _layers(entry)
    elif isinstance(body, dict):
        yield body
        for key in _NESTED:
            if isinstance(body.get(key), dict | list):
                yield from _layers(body[key])


def _status(layer: JsonObject) -> int | None:
    codes = (whole_number(layer.get(key)) for key in _CODES)
    return next((code for code in codes if code is not None and 400 <= code <= 599), None)


def _shown(body: JsonValue) -> str:
    return json_text(body) if body else ""
