"""The topology of an incident as its truth tells it: components, how near they are, and how much lies below each object."""

import heapq
from collections.abc import Iterable
from math import log
from typing import Final

from itbench_sre.scoring.components import Components
from itbench_sre.scoring.matching import Match, Matcher
from itbench_sre.truth.kinds import CONTROLLER_KINDS, EXPERIMENT_KINDS

# How far apart two things are that an edge joins.
SAME_SERVICE: Final = 0.5
SPAWNS: Final = 0.5
AFFECTS: Final = 1.0
CONTAINS: Final = 1.0

_BELOW: Final = {
    **dict.fromkeys(CONTROLLER_KINDS, frozenset({"pod", "replicaset"})),
    "replicaset": frozenset({"pod"}),
    "service": frozenset({"pod"}),
}


class Topology:
    """Distances between components, and the sizes of sub-trees, of one truth and the components an answer adds."""

    def __init__(self, matcher: Matcher, components: Components, added: Iterable[str] = ()) -> None:
        self._kinds: dict[str, list[str]] = {}
        for group in matcher.truth.groups:
            component = components.label(group.id)
            self._kinds.setdefault(component, []).append(group.kind.lower())
        self._object_count = sum(map(len, self._kinds.values()))
        self._experiments: dict[tuple[str, str], list[str]] = {}
        self._in_namespace: dict[str, list[str]] = {}
        self._edges: dict[str, dict[str, float]] = {}
        everything = list(dict.fromkeys([*self._kinds, *added]))
        for component in everything:
            self._file(component)
        for source, target in components.truth_path().edges:
            self._join(source, target, AFFECTS)
        for component in everything:
            for other in self._spawned(component):
                self._join(component, other, SPAWNS)
            for other in self._contained(component):
                self._join(component, other, CONTAINS)

    def distances(self, start: str) -> dict[str, float]:
        """Give the length of the shortest way to each component that can be reached; no way leads through a Namespace."""
        found: dict[str, float] = {}
        waiting = [(0.0, start)]
        while waiting:
            length, component = heapq.heappop(waiting)
            if component in found:
                continue
            found[component] = length
            if component == start or not _is_namespace(component):
                for other, cost in self._edges.get(component, {}).items():
                    heapq.heappush(waiting, (length + cost, other))
        return found

    def discrimination(self, size: int) -> float:
        """Give ln(1 + N / size) / ln(1 + N): 1 for a leaf, less the more of the N objects of the truth lie below."""
        count = max(self._object_count, size)
        return log(1 + count / size) / log(1 + count)

    def component_size(self, component: str) -> int:
        """Count the objects of a component and of those below it, at least one."""
        below = [*self._spawned(component), *self._contained(component)]
        return max(1, sum(len(self._kinds.get(item, ())) for item in (component, *below)))

    def object_size(self, match: Match, component: str) -> int:
        """Count an object and what it owns, selects, spawns or contains."""
        if match.entity is None:
            return 1
        below = _BELOW.get(match.entity.kind, frozenset())
        own = sum(kind in below for kind in self._kinds.get(component, ()))
        others = [*self._spawned(component), *self._contained(component)]
        return 1 + own + sum(len(self._kinds.get(item, ())) for item in others)

    def _file(self, component: str) -> None:
        namespace, kind, name = _parts(component)
        self._in_namespace.setdefault(namespace, []).append(component)
        if kind in EXPERIMENT_KINDS:
            self._experiments.setdefault((namespace, name), []).append(component)

    def _join(self, one: str, other: str, cost: float) -> None:
        for source, target in ((one, other), (other, one)):
            known = self._edges.setdefault(source, {})
            known[target] = min(cost, known.get(target, cost))

    def _spawned(self, component: str) -> list[str]:
        """Give the experiments of the same name, where the component is a Schedule."""
        namespace, kind, name = _parts(component)
        return self._experiments.get((namespace, name), []) if kind == "schedule" else []

    def _contained(self, component: str) -> list[str]:
        """Give the components in a Namespace, where the component is one."""
        return self._in_namespace.get(_parts(component)[2], []) if _is_namespace(component) else []


def _is_namespace(component: str) -> bool:
    return _parts(component)[1] == "namespace"


def _parts(component: str) -> tuple[str, str, str]:
    """Give namespace, kind and name of an object's component; of a service, its namespace alone."""
    what, _, rest = component.partition(":")
    namespace, _, rest = rest.partition("/")
    kind, _, name = rest.partition("/")
    return {"object": (namespace, kind, name), "service": (namespace, "", "")}.get(what, ("", "", ""))
