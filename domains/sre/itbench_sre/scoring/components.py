"""The semantic components of an incident: what IBM's criteria compare instead of single objects.

The Service, Deployment, ReplicaSet, Pods and endpoints of one application service are one component; chaos experiments,
configuration and everything else stand by themselves. Alias lists say which names find a root, and nothing of this.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from itbench_sre.scoring.answer import Diagnosis
from itbench_sre.scoring.matching import Match, Matcher
from itbench_sre.truth import Group, RootSet
from itbench_sre.truth.kinds import CLUSTER_SCOPED_KINDS, SERVICE_KINDS
from itbench_sre.truth.naming import stem

# IBM's truths have endpoints of a service as a kind; Kubernetes has not.
_OPERATION_KINDS: Final = frozenset({"serviceoperation"})
_VERSION: Final = re.compile(r"-v\d{1,3}$")

Edges = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Path:
    """A propagation graph of components: nodes in canonical order, and edges."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]


class Components:
    """Names the component of each group of a truth, and of each entity of an answer."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._of_id: dict[str, str] = {}
        for group in matcher.truth.groups:
            self._of_id.setdefault(group.id, _component_of(group))

    def of_group_id(self, group_id: str) -> str | None:
        """Give the component of a group; None where the truth has no such group."""
        return self._of_id.get(group_id)

    def label(self, group_id: str) -> str:
        """Give the component of a group, or a name of its own for an id that no group has."""
        return self._of_id.get(group_id, f"dangling:{group_id}")

    def of_match(self, match: Match) -> str:
        """Give the component of a name; one of its own where the truth does not know it."""
        entity = match.entity
        if entity is None:
            return f"text:{match.text.strip()}"
        # A Schedule is like what it spawns, yet each is a component.
        groups = [group for group in match.groups if group.kind.lower() == entity.kind] or match.groups
        if groups:
            return self._of_id[groups[0].id]
        if entity.kind in SERVICE_KINDS | _OPERATION_KINDS:
            return _service(entity.namespace, entity.bare_name)
        return f"object:{entity.place}/{entity.kind}/{entity.bare_name}"

    def of_roots(self) -> list[str]:
        """Give the components of the groups that are root causes, each once, in the truth's order."""
        return list(
            dict.fromkeys(component for root in self._matcher.roots for component in self.of_root(root))
        )

    def of_root(self, root: RootSet) -> list[str]:
        """Give the components of the groups of a root set that are marked as the root cause, not those of its aliases."""
        return [self._of_id[group.id] for group in root.groups if group.is_root_cause]

    def truth_path(self) -> Path:
        """Give the truth's propagations between components, from the roots on; ids without a group are left out."""
        steps = self._matcher.truth.propagations
        edges = [(self.label(step.source), self.label(step.target)) for step in steps]
        path = contract(edges, starts=self.of_roots())
        return Path(tuple(node for node in path.nodes if not node.startswith("dangling:")), path.edges)

    def named_path(self, diagnosis: Diagnosis) -> Path:
        """Give an answer's propagations between components, from the blamed ones on that nothing leads to."""
        edges = [
            (self._of_name(step.source), self._of_name(step.target)) for step in diagnosis.propagations or ()
        ]
        targets = {target for source, target in edges if source != target}
        blamed = (self._of_name(factor.name) for factor in diagnosis.factors)
        return contract(edges, starts=[component for component in blamed if component not in targets])

    def _of_name(self, name: str) -> str:
        return self.of_match(self._matcher.match(name))


def _component_of(group: Group) -> str:
    kind = group.kind.lower()
    namespace = "" if kind in CLUSTER_SCOPED_KINDS else (group.namespace or "").lower()
    if kind in SERVICE_KINDS or kind in _OPERATION_KINDS:
        return _service(namespace, stem(group))
    return f"object:{namespace}/{kind}/{stem(group)}"


def _service(namespace: str, name: str) -> str:
    """Give the component of a service: dashes, a version and the word `service` do not count in its name."""
    joined = _VERSION.sub("", name.lower()).replace("-", "")
    return f"service:{namespace}/{joined.removesuffix('service') or joined}"


def contract(edges: Edges, *, starts: Iterable[str]) -> Path:
    """Drop steps inside a component, and order what is left by hops from the start, then by name.

    It starts at `starts` where the edges have any of them, else where no edge leads to, else at the first edge.
    The order in which edges are listed does not matter but for that last case, a circle.
    """
    kept = tuple(dict.fromkeys((source, target) for source, target in edges if source != target))
    nodes = dict.fromkeys(node for edge in edges for node in edge)
    targets = {target for _, target in kept}
    first = [node for node in starts if node in nodes] or [node for node in nodes if node not in targets]
    hops = distances(kept, first or list(nodes)[:1])
    far = len(nodes) + 1
    return Path(tuple(sorted(nodes, key=lambda node: (hops.get(node, far), node))), kept)


def distances(
    edges: Iterable[tuple[str, str]], starts: Iterable[str], *, both_ways: bool = False
) -> dict[str, int]:
    """Count the hops from the nearest start to each node that is reachable."""
    following: dict[str, list[str]] = {}
    for source, target in edges:
        following.setdefault(source, []).append(target)
        if both_ways:
            following.setdefault(target, []).append(source)
    return _breadth_first(following, starts)


def _breadth_first(following: Mapping[str, list[str]], starts: Iterable[str]) -> dict[str, int]:
    hops = dict.fromkeys(starts, 0)
    waiting = deque(hops)
    while waiting:
        node = waiting.popleft()
        for other in following.get(node, ()):
            if other not in hops:
                hops[other] = hops[node] + 1
                waiting.append(other)
    return hops
