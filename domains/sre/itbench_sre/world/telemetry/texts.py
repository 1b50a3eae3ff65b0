"""Fields of the tables as pandas writes them, and the nanoseconds that simulated time does not have."""

from collections.abc import Mapping
from functools import lru_cache

from itbench_sre.world.clock.times import seconds_text

EMPTY = "[]"


def field(text: str) -> str:
    """Return a field, quoted where it holds a tab, a quote or an end of line."""
    if '"' in text or "\n" in text or "\t" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def map_text(values: Mapping[str, str]) -> str:
    """Return a map as ClickHouse's client and pandas print it: a dict, keys in order."""
    return repr({key: values[key] for key in sorted(values)})


@lru_cache(maxsize=4096)
def second_text(second: int) -> str:
    """Return `2025-12-15 17:46:23` of a second."""
    return seconds_text(second * 1_000_000)


def nanoseconds(time_us: int, grain_ns: int = 1) -> int:
    """Return a time in nanoseconds: the same for the same microsecond, and later for a later one.

    So a span stays inside its parent, and its duration is no round number.
    """
    time_ns = time_us * 1000 + (time_us * 2654435761 >> 11) % 1000
    return time_ns - time_ns % grain_ns


def time_text(time_ns: int) -> str:
    """Return `2025-12-15 17:46:23.716459800`."""
    return f"{second_text(time_ns // 1_000_000_000)}.{time_ns % 1_000_000_000:09d}"
