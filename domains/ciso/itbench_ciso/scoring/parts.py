"""What a score is made of, before the core's own type is imported."""

from dataclasses import dataclass, field

from itbench import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The headline, the metrics behind it, and the reasons in words."""

    value: float
    metrics: dict[str, float | None]
    reasons: list[str]
    details: JsonObject = field(default_factory=dict)
