"""Says what a wrongly blamed entity is, because blaming too much is how agents are known to fail."""

import re
from enum import StrEnum
from typing import Final

from itbench_sre.scoring.components import Components, distances
from itbench_sre.scoring.entity import Entity
from itbench_sre.scoring.matching import Match, Matcher, is_chaos_place
from itbench_sre.scoring.sightings import Sight
from itbench_sre.truth.kinds import is_chaos_kind

_INJECTORS: Final = frozenset(
    {"flagd", "flagd-config", "flagd-ui", "load-generator", "loadgenerator", "locust", "k6"}
)
_WORD: Final = re.compile(r"[\w-]+")
_INJECTOR_WORDS: Final = re.compile(r"chaos|fault-?inject|load-?generator")


class WrongEntity(StrEnum):
    """Why an entity is wrong."""

    TRIGGER = "trigger"
    INNOCENT = "innocent_change"
    MECHANISM = "fault_injection_mechanism"
    DOWNSTREAM = "downstream_of_root"
    SYMPTOM = "co_occurring_symptom"
    UNRELATED = "unrelated"
    UNREADABLE = "unreadable"
    NOT_IN_DATA = "not_in_data"


class Classifier:
    """Classifies the wrong entities of answers to one truth; the first class that fits counts."""

    def __init__(self, matcher: Matcher, components: Components) -> None:
        self._matcher = matcher
        self._components = components
        roots = components.of_roots()
        self._downstream = set(distances(components.truth_path().edges, roots))
        alerts = matcher.truth.alerts
        known = [*(group.id for group in matcher.truth.groups), *(alert.group_id for alert in alerts)]
        self._symptoms = {
            component for id_ in known if (component := components.of_group_id(id_)) is not None
        }
        self._alert_words = {
            word
            for alert in alerts
            for word in _WORD.findall(f"{alert.group_id} {alert.description}".lower())
        }

    def classify(self, match: Match) -> WrongEntity:
        """Say what a name that hits no root is."""
        if match.entity is None:
            return WrongEntity.UNREADABLE
        if match.sight is Sight.ABSENT:
            return WrongEntity.NOT_IN_DATA
        role = self._matcher.role(match.entity)
        if role is not None:
            return WrongEntity.TRIGGER if role == "trigger" else WrongEntity.INNOCENT
        if is_injector(match.entity):
            return WrongEntity.MECHANISM
        component = self._components.of_match(match)
        if component in self._downstream:
            return WrongEntity.DOWNSTREAM
        if component in self._symptoms or match.entity.bare_name.lower() in self._alert_words:
            return WrongEntity.SYMPTOM
        return WrongEntity.UNRELATED


def is_injector(entity: Entity) -> bool:
    """Say whether an entity injects faults or load: chaos objects and their namespace, load generators, flagd."""
    name = entity.bare_name.lower()
    return (
        is_chaos_kind(entity.kind)
        or is_chaos_place(entity)
        or name in _INJECTORS
        or _INJECTOR_WORDS.search(name) is not None
    )
