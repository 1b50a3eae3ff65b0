"""Reads the body of a request for a model, refuses what is not on the interface's list, and completes it."""

import json
from collections.abc import Collection, Mapping

from itbench.egress.exchange import BadRequestError
from itbench.egress.gateway.allowed.chat import CHAT
from itbench.egress.gateway.allowed.messages import COUNT_TOKENS, MESSAGES
from itbench.egress.gateway.allowed.names import check_model
from itbench.egress.gateway.allowed.responses import RESPONSES
from itbench.egress.gateway.allowed.shape import Check, NotAllowedError
from itbench.interfaces.json import JsonObject
from itbench.models.openai.responses import reasons
from itbench.text.json_size import has_more_values

CHECKS: Mapping[str, Check] = {
    "/chat/completions": CHAT,
    "/responses": RESPONSES,
    "/messages": MESSAGES,
    "/messages/count_tokens": COUNT_TOKENS,
}
# Each becomes an object of Python, which is many times larger.
_MOST_VALUES = 400_000
_SEALED_REASONING = "reasoning.encrypted_content"


def read_body(path: str, body: bytes, models: Collection[str]) -> JsonObject:
    """Return a request as it is to be sent: checked, counted in its stream, and kept nowhere.

    Args:
        path: the interface, as a key of `CHECKS`.
        body: as the program sent it.
        models: that may be asked; none for all whose names do not say that they search.

    Raises:
        BadRequestError: it is not JSON, or holds what is not on the list.
    """
    asked = _parsed(body)
    try:
        CHECKS[path](asked, "")
        check_model(asked["model"], models)
    except NotAllowedError as error:
        raise BadRequestError(403, str(error)) from error
    except RecursionError as error:
        raise BadRequestError(400, "the body is nested too deeply") from error
    return _completed(path, asked)


def encoded(asked: JsonObject) -> bytes:
    """Return a request as bytes.

    Raises:
        BadRequestError: it cannot be written as JSON.
    """
    try:
        return _dumped(asked)
    except RecursionError as error:
        raise BadRequestError(400, "the body is nested too deeply") from error
    except ValueError as error:
        raise BadRequestError(400, f"the body holds a number that is not one of JSON: {error}") from error


def _dumped(asked: JsonObject) -> bytes:
    text = json.dumps(asked, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which a program can write as an escape only.
        return json.dumps(asked, separators=(",", ":")).encode()


def _parsed(body: bytes) -> JsonObject:
    if has_more_values(body, _MOST_VALUES):
        raise BadRequestError(413, f"the body has more than {_MOST_VALUES} values")
    try:
        asked = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(400, f"the body is not JSON: {error}") from error
    if not isinstance(asked, dict):
        raise BadRequestError(400, "the body is not a JSON object")
    return asked


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _completed(path: str, asked: JsonObject) -> JsonObject:
    if path == "/chat/completions":
        if asked.get("stream"):
            asked["stream_options"] = {**(asked.get("stream_options") or {}), "include_usage": True}
        if "store" in asked:
            asked["store"] = False
            # The interface takes it with what is stored only.
            asked.pop("metadata", None)
    if path == "/responses":
        included = asked.get("include") or []
        if asked.get("store") is not False and _SEALED_REASONING not in included and reasons(asked["model"]):
            # A client that expects its reasoning to be kept at the provider hands back what it got, which has to be enough.
            asked["include"] = [*included, _SEALED_REASONING]
        asked["store"] = False
    return asked
