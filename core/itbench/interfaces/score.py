"""What a scorer says of a submission.

What could not be counted, named or stored is refused where a score is made: in a run that is the scorer's fault.
"""

import math
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.model import Frozen

_LONGEST_NAME: Final = 200
_DEEPEST: Final = 100


def printable(text: str) -> str:
    """Return text that can be written as UTF-8: half of a surrogate pair, as an agent may write it, as its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _metric_name(name: str) -> str:
    if not name.isprintable():
        raise ValueError(f"the name of a metric has a character that cannot be shown: {name!r}")
    return name


def _json(details: JsonObject) -> JsonObject:
    problem = next(_problems(details, _DEEPEST), None)
    if problem is not None:
        raise ValueError(f"details must be JSON: {problem}")
    return details


def _problems(value: JsonValue, levels: int) -> Iterator[str]:
    """Yield what of a value is not JSON that every program can read."""
    if isinstance(value, (dict, list, tuple)):
        if not levels:
            yield f"nested deeper than {_DEEPEST} levels"
            return
        if isinstance(value, dict):
            yield from (f"key {key!r} is not text" for key in value if not isinstance(key, str))
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _problems(entry, levels - 1)
    elif isinstance(value, (int, float)):
        if not _is_finite(value):
            yield "a number is not finite, or too large for a floating-point number"
    elif value is not None and not isinstance(value, str):
        yield f"a {type(value).__name__} is not JSON"


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


MetricName = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME), AfterValidator(_metric_name)]
# However large: an error may be as large as the number that an agent hands in.
Metric = Annotated[float, Field(allow_inf_nan=False)]


class Score(Frozen):
    """A headline value in [0, 1], the metrics behind it, and the reasons in words."""

    value: float = Field(ge=0, le=1, allow_inf_nan=False, description="The headline.")
    metrics: dict[MetricName, Metric | None] = Field(
        default_factory=dict, description="Further measures by name; null where not measured."
    )
    reasons: tuple[Annotated[str, AfterValidator(printable)], ...] = Field(
        default=(), description="Why, one sentence each."
    )
    details: Annotated[JsonObject, AfterValidator(_json)] = Field(
        default_factory=dict, description="Whatever else the domain wants to show."
    )
