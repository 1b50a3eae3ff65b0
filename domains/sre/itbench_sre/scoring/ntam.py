"""Normalized Topology-Aware Match: how near what an answer names is to what is true, as the paper of ITBench means it.

The paper (arXiv 2502.05352) says what it weighs and gives no formula. Ours is in docs/reference/scoring.md:

    NTAM = min(P, T) / max(P, T) * max over one-to-one pairs of sum(importance(t) * nearness(p, t)) / sum(importance(t))
"""

from collections.abc import Sequence

from itbench_sre.scoring.answer import Diagnosis
from itbench_sre.scoring.assignment import heaviest_assignment
from itbench_sre.scoring.components import Components, distances
from itbench_sre.scoring.matching import Match, Matcher
from itbench_sre.scoring.topology import SAME_SERVICE, Topology


def ntam_fault_localization(
    matches: Sequence[Match], matcher: Matcher, components: Components
) -> float | None:
    """Compare the blamed objects with the root causes, all of which weigh the same; None where the truth has none."""
    if not matcher.roots:
        return None
    named = [components.of_match(match) for match in matches]
    topology = Topology(matcher, components, named)
    reach = [
        [topology.distances(component) for component in components.of_root(root)] for root in matcher.roots
    ]
    table = []
    for match, component in zip(matches, named, strict=True):
        discrimination = topology.discrimination(topology.object_size(match, component))
        row = []
        for index, lengths in enumerate(reach):
            nearest = min((found[component] for found in lengths if component in found), default=None)
            near = 0.0 if nearest is None else discrimination / (1 + (nearest or SAME_SERVICE))
            row.append(1.0 if index in match.roots else near)
        table.append(row)
    return _normalized(table, [1.0] * len(matcher.roots))


def ntam_propagation_chain(diagnosis: Diagnosis, matcher: Matcher, components: Components) -> float | None:
    """Compare the components on both paths, the root weighing most; None where the chain is not measured."""
    path = components.truth_path()
    if not path.nodes or diagnosis.propagations is None:
        return None
    named = components.named_path(diagnosis).nodes
    topology = Topology(matcher, components, named)
    hops = distances(path.edges, components.of_roots())
    importance = [1 / (1 + hops.get(node, len(path.nodes))) for node in path.nodes]
    reach = [topology.distances(node) for node in path.nodes]
    table = []
    for component in named:
        discrimination = topology.discrimination(topology.component_size(component))
        near = [discrimination / (1 + found[component]) if component in found else 0.0 for found in reach]
        table.append(
            [1.0 if component == node else value for node, value in zip(path.nodes, near, strict=True)]
        )
    return _normalized(table, importance)


def _normalized(nearness: Sequence[Sequence[float]], importance: Sequence[float]) -> float:
    """Divide the best pairing by the importance of all that is true, and by how much the lengths differ."""
    named, true = len(nearness), len(importance)
    weighted = [[weight * near for weight, near in zip(importance, row, strict=True)] for row in nearness]
    length = min(named, true) / max(named, true)
    return min(1.0, length * heaviest_assignment(weighted) / sum(importance))
