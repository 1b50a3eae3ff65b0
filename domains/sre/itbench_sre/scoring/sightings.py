"""What was observed of the objects that an answer names: whether the task's own data shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from itbench_sre.scoring.entity import Entity


class Sight(Enum):
    """Whether the data shows an object."""

    SHOWN = "shown"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sightings:
    """The kinds that the data lists, and which named objects it shows, by id; empty where nothing was observed."""

    listed_kinds: frozenset[str] = frozenset()
    named: Mapping[str, bool] = field(default_factory=dict)

    def sight(self, entity: Entity) -> Sight:
        """Say whether the data shows an object; ABSENT only where it lists the objects of that kind."""
        is_shown = self.named.get(entity.id)
        if is_shown:
            return Sight.SHOWN
        return Sight.ABSENT if is_shown is False and entity.kind in self.listed_kinds else Sight.UNKNOWN


def read_sightings(observed: Mapping[str, Any]) -> Sightings:
    """Read what `look_for` stored; a run of before that has nothing."""
    objects = observed.get("objects")
    if not isinstance(objects, Mapping):
        return Sightings()
    return Sightings(frozenset(objects.get("listed_kinds") or ()), dict(objects.get("named") or {}))
