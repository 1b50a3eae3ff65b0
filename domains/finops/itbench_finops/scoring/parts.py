"""What the rules of either kind of task say of a submission."""

from dataclasses import dataclass, field

from itbench import JsonObject


@dataclass(slots=True)
class ScoreParts:
    """The headline, the metrics behind it, the reasons, and what else can be shown."""

    value: float
    metrics: dict[str, float | None]
    reasons: list[str]
    details: JsonObject = field(default_factory=dict)
