"""Images, documents and sound that stand in the request itself; what a provider would have to fetch is refused."""

import re
from typing import Any

from itbench.egress.gateway.allowed.shape import NotAllowedError

_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+(;[\w.+-]+=[\w.+-]+)*;base64,[A-Za-z0-9+/\s]*={0,2}\s*")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")


def data_url(value: Any, place: str) -> None:
    """Allow content as a `data:` URL."""
    if not isinstance(value, str) or not _DATA_URL.fullmatch(value):
        _refuse(value, place, "a URL such as data:image/png;base64,...")


def base64_data(value: Any, place: str) -> None:
    """Allow content in base64."""
    if not isinstance(value, str) or not _BASE64.fullmatch(value):
        _refuse(value, place, "base64")


def base64_or_data_url(value: Any, place: str) -> None:
    """Allow content in base64, with or without `data:` before it."""
    if not isinstance(value, str) or not (_DATA_URL.fullmatch(value) or _BASE64.fullmatch(value)):
        _refuse(value, place, "base64, or a URL such as data:application/pdf;base64,...")


def _refuse(value: Any, place: str, allowed: str) -> None:
    found = f"{value[:60]!r}" if isinstance(value, str) else type(value).__name__
    raise NotAllowedError(
        f"{place!r} is {found}; allowed: {allowed}, since the provider would fetch anything else from the net"
    )
