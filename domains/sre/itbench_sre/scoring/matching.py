"""Says which groups of a truth an entity is, by rules alone: no model judges."""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench_sre.scoring.entity import Entity, parse_entity
from itbench_sre.scoring.sightings import Sight, Sightings
from itbench_sre.truth import Group, RootSet, Truth, root_sets
from itbench_sre.truth.kinds import CHAOS_NAMESPACES, CLUSTER_SCOPED_KINDS, are_kinds_alike
from itbench_sre.truth.naming import goes_by_name


def matches_group(entity: Entity, group: Group, places: frozenset[str] = frozenset()) -> bool:
    """Say whether namespace, kind and name of an entity are those of a group.

    `places` are the namespaces that the incident is about.
    """
    return _may_match(entity.kind, entity.place, group) and goes_by_name(
        group, entity.kind, entity.name, places
    )


def _may_match(kind: str, place: str, group: Group) -> bool:
    if not are_kinds_alike(kind, group.kind.lower(), namespace=place):
        return False
    if kind in CLUSTER_SCOPED_KINDS:
        # Some truths give a Namespace object the namespace it names.
        return not place
    return group.namespace is None or place == group.namespace.lower()


@dataclass(frozen=True, slots=True)
class Match:
    """What a name of an answer is.

    Attributes:
        text: as the answer has it.
        entity: None where it is unreadable.
        groups: that it belongs to.
        roots: the root sets that it hits, by index.
        sight: whether the data shows it.
    """

    text: str
    entity: Entity | None
    groups: tuple[Group, ...] = ()
    roots: tuple[int, ...] = ()
    sight: Sight = Sight.UNKNOWN

    @property
    def is_hit(self) -> bool:
        """Whether the name is a root cause."""
        return bool(self.roots)

    @property
    def object_id(self) -> str:
        """One text for all spellings of the object that is named; the text itself where that is unreadable."""
        return self.text.strip() if self.entity is None else self.entity.id


class Matcher:
    """Looks names up in one truth; `roots` are its root sets. What the data does not show hits none of them."""

    def __init__(self, truth: Truth, sightings: Sightings | None = None) -> None:
        self.truth = truth
        self._sightings = sightings or Sightings()
        self.roots: list[RootSet] = root_sets(truth)
        self._places = frozenset(
            place
            for group in truth.groups
            if (place := (group.namespace or "").lower()) not in CHAOS_NAMESPACES
        )
        self._matches: dict[str, Match] = {}
        self._candidates: dict[tuple[str, str], list[Group]] = {}
        self._root_indexes = {id_: index for index, root in enumerate(self.roots) for id_ in root.ids}

    def match(self, text: str) -> Match:
        """Look a name up; the groups are the root causes first, then in the truth's order."""
        if text not in self._matches:
            self._matches[text] = self._look_up(text)
        return self._matches[text]

    def role(self, entity: Entity) -> str | None:
        """Say what the change was that an entity which is no root stands for: `trigger` or `innocent`; None for none."""
        found = {
            change.role
            for change in self.truth.changes
            if change.role != "root"
            and any(matches_group(entity, group, self._places) for group in change.names)
        }
        return min(found, key=("trigger", "innocent").index, default=None)

    def _look_up(self, text: str) -> Match:
        entity = parse_entity(text)
        if entity is None:
            return Match(text, None)
        groups = [
            group
            for group in self._alike(entity)
            if goes_by_name(group, entity.kind, entity.name, self._places)
        ]
        hits = {self._root_indexes[group.id] for group in groups if group.id in self._root_indexes}
        # Where filters leave it open (truth 38), the group whose id has the name is the likelier one.
        groups.sort(key=lambda group: (group.id not in self._root_indexes, entity.bare_name not in group.id))
        sight = self._sightings.sight(entity)
        return Match(text, entity, tuple(groups), () if sight is Sight.ABSENT else tuple(sorted(hits)), sight)

    def _alike(self, entity: Entity) -> list[Group]:
        key = (entity.kind, entity.place)
        if key not in self._candidates:
            self._candidates[key] = [group for group in self.truth.groups if _may_match(*key, group)]
        return self._candidates[key]


def covered_roots(matches: Sequence[Match]) -> int:
    """Count the root sets found, where one object can stand for one root only (a maximum matching).

    Truth 38 has two roots with the very same filter: one name must not find both, two different names do.
    """
    options = {match.object_id: match.roots for match in matches if match.roots}
    taken: dict[int, str] = {}
    return sum(_assign(object_id, options, taken, set()) for object_id in options)


def _assign(
    object_id: str, options: dict[str, tuple[int, ...]], taken: dict[int, str], tried: set[int]
) -> bool:
    for root in options[object_id]:
        if root in tried:
            continue
        tried.add(root)
        if root not in taken or _assign(taken[root], options, taken, tried):
            taken[root] = object_id
            return True
    return False


def is_chaos_place(entity: Entity) -> bool:
    """Say whether an entity lies in the chaos namespace."""
    return entity.namespace in CHAOS_NAMESPACES
