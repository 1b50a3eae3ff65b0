"""Images, documents and sound that stand in the request itself; what a provider would have to fetch is refused."""

import re
from typing import Any

from itbench.egress.gateway.allowed.shape import NotAllowedError

# Nothing here ever goes back over what it has taken: the texts have megabytes, and hostile programs write them.
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*+(?:=\s*+){0,2}+")
_DATA_URL_HEAD = re.compile(r"data:[\w.+-]++/[\w.+-]++(?:;[\w.+-]++=[\w.+-]++)*+;base64,")


def data_url(value: Any, place: str) -> None:
    """Allow content as a `data:` URL."""
    if not isinstance(value, str) or not _is_data_url(value):
        _refuse(value, place, "a URL such as data:image/png;base64,...")


def base64_data(value: Any, place: str) -> None:
    """Allow content in base64."""
    if not isinstance(value, str) or not _is_base64(value):
        _refuse(value, place, "base64")


def base64_or_data_url(value: Any, place: str) -> None:
    """Allow content in base64, with or without `data:` before it."""
    if not isinstance(value, str) or not (_is_data_url(value) or _is_base64(value)):
        _refuse(value, place, "base64, or a URL such as data:application/pdf;base64,...")


def _is_data_url(text: str) -> bool:
    head = _DATA_URL_HEAD.match(text)
    return head is not None and _is_base64(text, head.end())


def _is_base64(text: str, start: int = 0) -> bool:
    return _BASE64.fullmatch(text, start) is not None


def _refuse(value: Any, place: str, allowed: str) -> None:
    found = f"{value[:60]!r}" if isinstance(value, str) else type(value).__name__
    raise NotAllowedError(
        f"{place!r} is {found}; allowed: {allowed}, since the provider would fetch anything else from the net"
    )
