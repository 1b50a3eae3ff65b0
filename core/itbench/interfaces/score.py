"""What a scorer says of a submission."""

from pydantic import Field

from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen


class Score(Frozen):
    """A headline value in [0, 1], the metrics behind it, and the reasons in words."""

    value: float = Field(ge=0, le=1, allow_inf_nan=False, description="The headline.")
    metrics: dict[str, float | None] = Field(
        default_factory=dict, description="Further measures by name; null where not measured."
    )
    reasons: tuple[str, ...] = Field(default=(), description="Why, one sentence each.")
    details: JsonObject = Field(default_factory=dict, description="Whatever else the domain wants to show.")
