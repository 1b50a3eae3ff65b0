"""Durations and moments: reading, writing, and their parts."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.values import (
    Duration,
    Timestamp,
    duration_in_range,
    timestamp_in_range,
)

_MOMENT, _SPAN = Timestamp.kind, Duration.kind
_SECOND = 10**9
_MOST_DIGITS = 20
_UNITS = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "μs": 1000,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d:\d\d)", re.ASCII)
_OFFSET = re.compile(r"([+-]?)(\d\d):(\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def times() -> list[Overload]:
    """Return the functions that tell the parts of moments and durations."""
    parts: dict[str, Callable[[datetime], int]] = {
        "getFullYear": lambda moment: moment.year,
        "getMonth": lambda moment: moment.month - 1,
        "getDayOfYear": lambda moment: moment.timetuple().tm_yday - 1,
        "getDayOfMonth": lambda moment: moment.day - 1,
        "getDate": lambda moment: moment.day,
        "getDayOfWeek": lambda moment: moment.isoweekday() % 7,
        "getHours": lambda moment: moment.hour,
        "getMinutes": lambda moment: moment.minute,
        "getSeconds": lambda moment: moment.second,
        "getMilliseconds": lambda moment: moment.microsecond // 1000,
    }
    found = []
    for name, part in parts.items():
        found.append(overload(f"{_MOMENT}.{name}(): int", _part(part)))
        found.append(overload(f"{_MOMENT}.{name}(string): int", _part(part)))
    for name, unit in (("getHours", 3600 * _SECOND), ("getMinutes", 60 * _SECOND), ("getSeconds", _SECOND)):
        found.append(overload(f"{_SPAN}.{name}(): int", _units(unit)))
    milliseconds = overload(
        f"{_SPAN}.getMilliseconds(): int", lambda span: _truncated(span.nanoseconds, 10**6) % 1000
    )
    return [*found, milliseconds]


def _part(part: Callable[[datetime], int]) -> Callable[..., int]:
    def tell(moment: Timestamp, zone: str = "UTC") -> int:
        try:
            found = _EPOCH + timedelta(microseconds=moment.nanoseconds // 1000)
            return part(found.astimezone(_zone(zone)))
        except OverflowError as error:
            raise EvaluationError("timestamp overflow") from error

    return tell


def _zone(name: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        minutes = int(offset[2]) * 60 + int(offset[3])
        if minutes >= 24 * 60:
            raise EvaluationError(f"unknown time zone {name}")
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if name in {"", "UTC"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise EvaluationError(f"unknown time zone {name[:60]}") from error


def _units(unit: int) -> Callable[[Duration], int]:
    return lambda span: _truncated(span.nanoseconds, unit)


def _truncated(number: int, unit: int) -> int:
    return number // unit if number >= 0 else -(-number // unit)


def read_duration(text: str) -> Duration:
    """Return a duration that is written as Go does, such as `1h30m`.

    Raises:
        EvaluationError: it is none.
    """
    digits = text[1:] if text[:1] in {"+", "-"} else text
    parts = list(_PART.finditer(digits))
    if digits == "0":
        return Duration(0)
    if not parts or "".join(part[0] for part in parts) != digits:
        raise EvaluationError(f"time: invalid duration {text[:60]!r}")
    total = sum(_scaled(part[1], _UNITS[part[2]]) for part in parts)
    return duration_in_range(-total if text.startswith("-") else total)


def _scaled(number: str, unit: int) -> int:
    whole, _, fraction = number.partition(".")
    # More digits make no difference, or no duration.
    whole, fraction = whole.lstrip("0"), fraction[:_MOST_DIGITS]
    if len(whole) > _MOST_DIGITS:
        raise EvaluationError(f"time: invalid duration {number[:60]!r}")
    return int(whole or "0") * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)


def duration_text(span: Duration) -> str:
    """Return a duration in seconds, which Go keeps as a double when it writes them."""
    whole, fraction = divmod(abs(span.nanoseconds), _SECOND)
    seconds = math.copysign(whole + fraction / 1e9, span.nanoseconds)
    text = f"{Decimal(repr(seconds)):f}" if seconds else "0"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}s"


def read_time(text: str) -> Timestamp:
    """Return a moment that is written as RFC 3339 says.

    Raises:
        EvaluationError: it is none.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise EvaluationError(f"parsing time {text[:60]!r}: not as RFC 3339 has it")
    zone = "+00:00" if match[8] in "Zz" else match[8]
    try:
        moment = datetime.strptime("".join(match.group(1, 2, 3, 4, 5, 6)), "%Y%m%d%H%M%S").replace(
            tzinfo=_zone(zone)
        )
    except ValueError as error:
        raise EvaluationError(f"parsing time {text[:60]!r}: {error}") from error
    span = moment - _EPOCH
    fraction = int((match[7] or "0").ljust(9, "0")[:9])
    return timestamp_in_range((span.days * 86400 + span.seconds) * _SECOND + fraction)


def time_text(moment: Timestamp) -> str:
    """Return a moment as RFC 3339 has it, in UTC."""
    seconds, fraction = divmod(moment.nanoseconds, _SECOND)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    text = text.rjust(19, "0")
    return f"{text}.{fraction:09d}".rstrip("0").rstrip(".") + "Z" if fraction else f"{text}Z"
