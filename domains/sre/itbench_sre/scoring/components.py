"""The semantic components of an incident: what IBM's criteria compare instead of single objects.

The Service, Deployment, ReplicaSet and Pods of one service are one component, and so are groups that share an alias
list; chaos experiments, configuration and everything else stand by themselves.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from itbench_sre.scoring.matching import Match, Matcher
from itbench_sre.truth import Group
from itbench_sre.truth.kinds import SERVICE_KINDS
from itbench_sre.truth.naming import stem
from itbench_sre.truth.roots import unite

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
        truth = matcher.truth
        ids = {group.id for group in truth.groups}
        known_aliases = [[item for item in items if item in ids] for items in truth.aliases]
        by_service: dict[str, list[str]] = {}
        for group in truth.groups:
            by_service.setdefault(_service_key(group) or f"id:{group.id}", []).append(group.id)
        self._of_id = unite([*(items for items in known_aliases if items), *by_service.values()])
        self._of_service = {key: self._of_id[members[0]] for key, members in by_service.items()}

    def of_group_id(self, group_id: str) -> str | None:
        """Give the component of a group; None where the truth has no such group."""
        return self._of_id.get(group_id)

    def of_match(self, match: Match) -> str:
        """Give the component of a name; one of its own where the truth does not know it."""
        if match.groups:
            return self._of_id[match.groups[0].id]
        entity = match.entity
        if entity is None:
            return f"text:{match.text.strip()}"
        if entity.kind in SERVICE_KINDS:
            key = f"service:{entity.namespace}/{entity.bare_name}"
            return self._of_service.get(key, key)
        return f"object:{entity.namespace}/{entity.kind}/{entity.name}"

    def of_roots(self) -> list[str]:
        """Give the components of the root sets, each once, in the truth's order."""
        return list(dict.fromkeys(self._of_id[root.groups[0].id] for root in self._matcher.roots))

    def truth_path(self) -> Path:
        """Give the truth's propagations between components, from the roots on; ids without a group are left out."""
        steps = self._matcher.truth.propagations
        edges = [(self._label(step.source), self._label(step.target)) for step in steps]
        path = contract(edges, starts=self.of_roots())
        return Path(tuple(node for node in path.nodes if not node.startswith("dangling:")), path.edges)

    def named_path(self, propagations: Iterable[tuple[str, str]]) -> Path:
        """Give an answer's propagations between components."""
        match = self._matcher.match
        edges = [
            (self.of_match(match(source)), self.of_match(match(target))) for source, target in propagations
        ]
        return contract(edges, starts=())

    def _label(self, group_id: str) -> str:
        return self._of_id.get(group_id, f"dangling:{group_id}")


def _service_key(group: Group) -> str | None:
    if group.kind.casefold() not in SERVICE_KINDS:
        return None
    return f"service:{(group.namespace or '').casefold()}/{stem(group)}"


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
