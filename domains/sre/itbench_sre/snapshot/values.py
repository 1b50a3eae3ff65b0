"""What stands in a field: maps, lists and times, in every form that a recorder printed them.

ClickHouse maps came out as Python reprs, later as Go's `map[...]`; arrays of times as numpy reprs.
Nothing is ever evaluated but literals.
"""

import ast
import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

NS_PER_S = 1_000_000_000
_NS_PER_DAY = 86_400 * NS_PER_S
_UNIX_DAY = date(1970, 1, 1).toordinal()

_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[ T]"
    r"(?P<hour>\d{2})(?P<sep>[:-]?)(?P<minute>\d{2})(?P=sep)(?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9})\d*)?"
    r"(?: ?(?P<zone>Z|UTC|[+-]\d{2}:?\d{2}))?"
)
_REST_OF_GO_TIME = re.compile(r"(?: [A-Z]{3,5}| [+-]\d{2,4})?(?: m=[+-][\d.]+)?")
_GO_KEY = re.compile(r"[A-Za-z_][\w./-]*:")


def parse_time(text: str) -> int:
    """Return a printed time as nanoseconds since 1970, UTC where no zone is named.

    Raises:
        ValueError: it is no time.
    """
    text = text.strip()
    match = _TIME.match(text)
    if match is None or _REST_OF_GO_TIME.fullmatch(text, match.end()) is None:
        raise ValueError(f"not a time: {text[:80]!r}")
    return _nanoseconds(match)


def parse_times(text: str) -> list[int]:
    """Return every time in a printed array such as `[np.datetime64('...')]`, in nanoseconds since 1970."""
    return [_nanoseconds(match) for match in _TIME.finditer(text)]


def _nanoseconds(match: re.Match[str]) -> int:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    # 60 is a leap second, as RFC 3339 has it.
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError(f"not a time: {match[0]!r}")
    seconds = hour * 3600 + minute * 60 + second - _offset_s(match["zone"])
    fraction = match["fraction"]
    return (
        _day_ns(match["date"])
        + seconds * NS_PER_S
        + (int(fraction) * 10 ** (9 - len(fraction)) if fraction else 0)
    )


@lru_cache(maxsize=64)
def _day_ns(text: str) -> int:
    return (date.fromisoformat(text).toordinal() - _UNIX_DAY) * _NS_PER_DAY


def _offset_s(zone: str | None) -> int:
    if zone is None or zone in {"Z", "UTC"}:
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return -seconds if zone[0] == "-" else seconds


# Resource attributes repeat for every record of a pod.
@lru_cache(maxsize=4096)
def parse_map(text: str) -> Mapping[str, str]:
    """Return a printed map, the same object for the same text; an empty field is an empty map.

    Raises:
        ValueError: it is neither a Python nor a JSON nor a Go map.
    """
    text = text.strip()
    if text in {"", "{}", "map[]"}:
        return {}
    if text.startswith("map[") and text.endswith("]"):
        return _go_map(text[4:-1])
    value = _literal(text)
    if not isinstance(value, dict):
        raise ValueError(f"not a map: {text[:80]!r}")  # noqa: TRY004 - bad data, not a bad call
    return {str(key): item if isinstance(item, str) else str(item) for key, item in value.items()}


def parse_list(text: str) -> list[Any]:
    """Return a printed list; an empty field is an empty list.

    Raises:
        ValueError: it is neither a Python nor a JSON nor a Go list.
    """
    text = text.strip()
    if text in {"", "[]"}:
        return []
    if not (text.startswith("[") and text.endswith("]")):
        raise ValueError(f"not a list: {text[:80]!r}")
    if text.startswith("[map["):
        return [_go_map(item) for item in text[5:-2].split("] map[")]
    try:
        value = _literal(text)
    except ValueError:
        if any(mark in text for mark in "'\"{("):
            raise
        return text[1:-1].split()
    if not isinstance(value, list):
        raise ValueError(f"not a list: {text[:80]!r}")  # noqa: TRY004 - bad data, not a bad call
    return value


def _literal(text: str) -> Any:
    # A repr without double quotes and backslashes differs from JSON in its quotes only; JSON reads much faster.
    if '"' not in text and "\\" not in text:
        try:
            return json.loads(text.replace("'", '"'))
        except (ValueError, RecursionError):
            pass  # None, True or tuples; the full reader below takes them or raises
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        first = error
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"neither a Python nor a JSON literal: {text[:80]!r}") from first


def _go_map(inner: str) -> dict[str, str]:
    """Split Go's `k:v k2:v2`, which does not quote: a word with a colon begins a pair, any other belongs to the value before."""
    pairs: dict[str, str] = {}
    key = None
    for word in inner.split(" "):
        match = _GO_KEY.match(word)
        if match and not word.startswith("//", match.end()):
            key = match[0][:-1]
            pairs[key] = word[match.end() :]
        elif key is not None:
            pairs[key] += f" {word}"
        elif word:
            raise ValueError(f"not a Go map: {inner[:80]!r}")
    return pairs
