"""Says which groups of a truth an entity is, by rules alone: no model judges."""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench_sre.scoring.entity import Entity, parse_entity
from itbench_sre.truth import Group, RootSet, Truth, root_sets
from itbench_sre.truth.kinds import CHAOS_NAMESPACES, CLUSTER_SCOPED_KINDS, WORKLOAD_KINDS, are_kinds_alike
from itbench_sre.truth.naming import goes_by_name, outright_names
from itbench_sre.truth.pattern import compile_filter
from itbench_sre.truth.roots import unite


def matches_group(entity: Entity, group: Group) -> bool:
    """Say whether namespace, kind and name of an entity are those of a group."""
    return _may_match(entity.kind, entity.namespace, group) and _has_place_and_name(entity, group)


def _may_match(kind: str, namespace: str, group: Group) -> bool:
    if not are_kinds_alike(kind, group.kind.casefold(), namespace=namespace):
        return False
    is_anywhere = group.namespace is None or kind in CLUSTER_SCOPED_KINDS
    return is_anywhere or namespace == (group.namespace or "").casefold()


def _has_place_and_name(entity: Entity, group: Group) -> bool:
    return _is_namespace_right(entity, group) and goes_by_name(group, entity.kind, entity.name)


def _is_namespace_right(entity: Entity, group: Group) -> bool:
    if group.namespace is None:
        return True
    namespace = group.namespace.casefold()
    if entity.kind in CLUSTER_SCOPED_KINDS and entity.namespace in {"", "cluster", entity.name.casefold()}:
        # Some truths give a Namespace object the namespace it names; answers write cluster/Namespace/otel-demo.
        return True
    return entity.namespace == namespace


@dataclass(frozen=True, slots=True)
class Match:
    """What a name of an answer is: its entity (None where unreadable), its groups, and the root sets it hits."""

    text: str
    entity: Entity | None
    groups: tuple[Group, ...] = ()
    roots: tuple[int, ...] = ()

    @property
    def is_hit(self) -> bool:
        """Whether the name is a root cause."""
        return bool(self.roots)


class Matcher:
    """Looks names up in one truth; `roots` are its root sets."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.roots: list[RootSet] = root_sets(truth)
        self._set_of_id = unite(truth.aliases)
        self._outright = [
            ((group.namespace or "").casefold(), name, self._set_of(group))
            for group in truth.groups
            for name in sorted(outright_names(group))
        ]
        self._matches: dict[str, Match] = {}
        self._candidates: dict[tuple[str, str], list[Group]] = {}
        self._root_indexes = {id_: index for index, root in enumerate(self.roots) for id_ in root.ids}

    def match(self, text: str) -> Match:
        """Look a name up; the groups are the root causes first, then in the truth's order."""
        if text not in self._matches:
            self._matches[text] = self._look_up(text)
        return self._matches[text]

    def _look_up(self, text: str) -> Match:
        entity = parse_entity(text)
        if entity is None:
            return Match(text, None)
        groups = [group for group in self._alike(entity) if self._is_member(entity, group)]
        hits = {self._root_indexes[group.id] for group in groups if group.id in self._root_indexes}
        # Where filters leave it open (truth 38), the group whose id has the name is the likelier one.
        groups.sort(key=lambda group: (group.id not in self._root_indexes, entity.bare_name not in group.id))
        return Match(text, entity, tuple(groups), tuple(sorted(hits)))

    def _alike(self, entity: Entity) -> list[Group]:
        key = (entity.kind, entity.namespace)
        if key not in self._candidates:
            self._candidates[key] = [group for group in self.truth.groups if _may_match(*key, group)]
        return self._candidates[key]

    def _set_of(self, group: Group) -> str:
        return self._set_of_id.get(group.id, group.id)

    def _is_member(self, entity: Entity, group: Group) -> bool:
        return _has_place_and_name(entity, group) and not self._is_named_elsewhere(entity, group)

    def _is_named_elsewhere(self, entity: Entity, group: Group) -> bool:
        """Say whether a wildcard took what another group states outright: `frontend-.*` is not `frontend-proxy`."""
        wildcards = [text for text in group.filters if "*" in text or "+" in text]
        if entity.kind not in WORKLOAD_KINDS or not wildcards:
            return False
        bare = entity.bare_name
        own = self._set_of(group)
        prefix_length = max(len(compile_filter(text).literal_prefix) for text in wildcards)
        return len(bare) > prefix_length and any(
            name == bare and namespace == entity.namespace and other != own
            for namespace, name, other in self._outright
        )


def covered_roots(matches: Sequence[Match]) -> int:
    """Count the root sets found, where one object can stand for one root only (a maximum matching).

    Truth 38 has two roots with the very same filter: one name must not find both, two different names do.
    """
    options = {match.entity: match.roots for match in matches if match.entity is not None and match.roots}
    taken: dict[int, Entity] = {}
    return sum(_assign(entity, options, taken, set()) for entity in options)


def _assign(
    entity: Entity, options: dict[Entity, tuple[int, ...]], taken: dict[int, Entity], tried: set[int]
) -> bool:
    for root in options[entity]:
        if root in tried:
            continue
        tried.add(root)
        if root not in taken or _assign(taken[root], options, taken, tried):
            taken[root] = entity
            return True
    return False


def is_chaos_place(entity: Entity) -> bool:
    """Say whether an entity lies in the chaos namespace."""
    return entity.namespace in CHAOS_NAMESPACES
