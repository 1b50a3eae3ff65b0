"""Whether a reply in which the model says nothing is honest: only where the provider gives one of the known reasons for its end.

Any other reason (`rate_limit`, `server_busy`, `429`), and any word of a failure beside the empty reply, is the provider's.
"""

from collections.abc import Iterator

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.models.faults import ModelError, PassingError
from itbench.models.reply.errors import error_of, says_something
from itbench.models.reply.foreign import whole_number

_LENGTHS = frozenset({
    "length", "maxtokens", "maxoutputtokens", "maxlength", "modellength", "modelcontextwindowexceeded",
    "contextlengthexceeded", "tokenlimit",
})  # fmt: skip
_REFUSALS = frozenset({
    "contentfilter", "contentfiltered", "sensitive", "refusal", "safety", "prohibitedcontent", "blocklist", "recitation", "spii",
    "guardrailintervened",
})  # fmt: skip
_STOPPED = frozenset({
    "stop", "stopped", "end", "endturn", "eos", "eostoken", "stopsequence", "stopstr", "completed", "complete", "done",
    "finished",
})  # fmt: skip
_ERRORS = frozenset({
    "error", "errors", "errorcode", "errormsg", "errormessage", "errortype", "errcode", "errmsg", "errno", "fault", "faultcode",
    "faultstring", "exception", "failure", "failurereason",
})  # fmt: skip
_WENT_WELL = frozenset({"success", "succeeded", "issuccess", "ok"})
_STATUSES = frozenset({"status", "code", "statuscode", "httpstatus", "httpcode"})
_NO_ERROR = frozenset({"", "0", "none", "null", "ok", "success", "false"})
# What the request said, and what it took; no word of the provider on how it went.
_NOT_LOOKED_INTO = frozenset({"metadata", "tools", "usage", "text", "instructions", "input"})
_MOST_LOOKED_AT = 2_000


def is_length(reason: str) -> bool:
    """Return whether a reply ended because it, or the conversation, was too long."""
    return _plain(reason) in _LENGTHS


def is_refusal(reason: str) -> bool:
    """Return whether a reply ended because the model or a filter refused."""
    return _plain(reason) in _REFUSALS


def is_honest_end(reason: str) -> bool:
    """Return whether a model that says nothing may have ended for this reason."""
    return _plain(reason) in _LENGTHS | _REFUSALS | _STOPPED


def idle_failure(*reasons: str) -> PassingError | ModelError | None:
    """Return the error that the reasons for the end of a reply that says nothing stand for, or None if they are honest."""
    for reason in reasons:
        if not is_honest_end(reason):
            message = f"the reply says nothing and ended with the reason {reason[:200]!r}"
            return error_of(None, {"code": reason, "message": message})
    return None


def failure_beside(body: JsonObject) -> PassingError | ModelError | None:
    """Return the error that anything in the body of an empty reply, or in an event of one, tells of, in any spelling."""
    for layer in _layers(body):
        for key, value in layer.items():
            if _tells_of_failure(_plain(key), value):
                shown = value if isinstance(value, dict | str) else {key: value}
                return error_of(
                    None,
                    {**layer, "error": shown, "message": f"beside an empty reply: {key} {_shown(value)}"},
                )
    return None


def _tells_of_failure(key: str, value: JsonValue) -> bool:
    if key in _ERRORS:
        return (
            str(value).strip().lower() not in _NO_ERROR if isinstance(value, str) else says_something(value)
        )
    if key in _WENT_WELL:
        return value is False or (isinstance(value, str) and value.lower() == "false")
    status = whole_number(value) if key in _STATUSES else None
    return status is not None and 400 <= status <= 599


def _layers(body: JsonObject) -> Iterator[JsonObject]:
    left: list[JsonValue] = [body]
    for _ in range(_MOST_LOOKED_AT):
        if not left:
            return
        part = left.pop()
        if isinstance(part, dict):
            yield part
            left += [value for key, value in part.items() if key not in _NOT_LOOKED_INTO]
        elif isinstance(part, list):
            left += part[:_MOST_LOOKED_AT]


def _plain(word: str) -> str:
    return "".join(character for character in word[:64].lower() if character.isalnum())


def _shown(value: JsonValue) -> str:
    return repr(value)[:200]
