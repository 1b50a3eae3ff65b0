"""Which resources an explanation names and which are to blame, by the keys that the score goes by."""

from dataclasses import dataclass

from itbench import JsonObject, JsonValue, ShownTrial
from itbench_finops.scoring.names import ResourceKey, resource_key

NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Blamed:
    """A resource that is to blame, or that was named.

    Attributes:
        key: the plain form of its type and name.
        name, type: as the truth has them, else the answer.
        cause: why it is to blame; empty of one that is not.
        is_named: whether the answer has it.
        details: what the truth tells of it.
    """

    key: ResourceKey
    name: str
    type: str
    cause: str
    is_named: bool
    details: JsonObject

    @property
    def is_to_blame(self) -> bool:
        """Whether the truth has it."""
        return bool(self.cause)

    @property
    def verdict(self) -> str:
        """What to say of it."""
        if not self.is_to_blame:
            return "named, not to blame"
        return "to blame, named" if self.is_named else "to blame, missed"


def blamed_resources(trial: ShownTrial, truth: JsonObject) -> list[Blamed]:
    """Return the resources to blame, in the truth's order, and then those that were named besides."""
    submission = trial.submission()
    named = {resource_key(each): each for each in _resources(submission.answer if submission else None)}
    true = {resource_key(each): each for each in truth["resource"]}
    found = [
        Blamed(key, each["name"], each["type"], str(each.get("cause") or NOT_TOLD), key in named, each)
        for key, each in true.items()
    ]
    return found + [
        Blamed(key, str(each["name"]), str(each["type"]), "", True, {})
        for key, each in named.items()
        if key not in true
    ]


def _resources(answer: JsonValue) -> list[JsonObject]:
    listed = answer.get("resource") if isinstance(answer, dict) else None
    found = listed if isinstance(listed, list) else []
    return [each for each in found if isinstance(each, dict) and "name" in each and "type" in each]
