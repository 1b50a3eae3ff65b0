"""What a scorer says of a submission.

What could not be counted, named or stored is refused where a score is made: in a run that is the scorer's fault.
"""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from itbench.interfaces.json import JsonObject, json_problem
from itbench.interfaces.model import Frozen

_LONGEST_NAME: Final = 200


def printable(text: str) -> str:
    """Return text that can be written as UTF-8: half of a surrogate pair, as an agent may write it, as its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _metric_name(name: str) -> str:
    if not name.isprintable():
        raise ValueError(f"the name of a metric has a character that cannot be shown: {name!r}")
    return name


def _json(details: JsonObject) -> JsonObject:
    problem = json_problem(details)
    if problem is not None:
        raise ValueError(f"details must be JSON: {problem}")
    return details


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
