"""The submission of one trial as JSON, for exchange between machines."""

from pydantic import Field

from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen


class SubmissionEnvelope(Frozen):
    """Which task and repeat a submission belongs to, and what was handed in."""

    task: str
    repeat: int = Field(ge=0)
    answer: JsonObject | list[object] | str | float | int | bool | None = None
    files: dict[str, str] = Field(default_factory=dict, description="Base64 of each further file, by path.")
    observed: JsonObject = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
