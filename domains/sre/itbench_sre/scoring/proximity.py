"""IBM's ROOT_CAUSE_PROXIMITY (ITBench-Evaluations): how many hops the blamed entities are from the root."""

from collections.abc import Sequence

from itbench_sre.scoring.components import Components, distances
from itbench_sre.scoring.matching import Match, Matcher
from itbench_sre.scoring.root_cause import Quality


def root_cause_proximity(
    matches: Sequence[Match], matcher: Matcher, components: Components, *, is_scaled: bool
) -> Quality | None:
    """Score each pair of blamed entity and root by 1 / (1 + hops), 0 off the truth's path.

    Precision is the mean over blamed entities of the nearest root, recall the mean over roots of the nearest blamed
    entity. Hops run along the propagations between components, either way; a name that finds the root is at it. With
    `is_scaled` (IBM's "with FP") hops are divided by the length of the truth's path. None where the truth has no
    propagations.
    """
    path = components.truth_path()
    if not path.nodes:
        return None
    if not matcher.roots or not matches:
        return Quality(0.0, 0.0)
    scale = len(path.nodes) if is_scaled else 1
    named = [(match.roots, components.of_match(match)) for match in matches]
    table = []
    for index, root in enumerate(matcher.roots):
        hops = distances(path.edges, components.of_root(root), both_ways=True)
        near = {node: 1 / (1 + count / scale) for node, count in hops.items()}
        table.append([1.0 if index in roots else near.get(node, 0.0) for roots, node in named])
    precision = sum(max(row[column] for row in table) for column in range(len(named))) / len(named)
    recall = sum(max(row) for row in table) / len(matcher.roots)
    return Quality(precision, recall)
