"""Lays a graph out in layers along its edges: the same graph always in the same way.

The method is Sugiyama's: cycles are opened, each node stands one layer behind the last of those that lead to it, long edges
pass through places of their own in the layers between, and the nodes of each layer are ordered by where their neighbours stand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_SWEEPS: Final = 8

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where nodes and edges stand, by layer and by place in it; both count from 0, and places may lie between.

    Attributes:
        nodes: those with an edge.
        ways: the places that each edge passes, from its source to its target.
        alone: nodes without an edge.
    """

    nodes: Mapping[str, tuple[int, float]]
    ways: Mapping[Edge, Sequence[tuple[int, float]]]
    alone: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Passing:
    """A place where an edge passes a layer."""

    edge: Edge
    layer: int


_Item = str | _Passing


def lay_out(nodes: Sequence[str], edges: Iterable[Edge]) -> Layout:
    """Return a layout of a graph; edges of nodes that are not there, and of a node to itself, are left out."""
    known = dict.fromkeys(nodes)
    kept = [
        (source, target)
        for source, target in dict.fromkeys(edges)
        if source in known and target in known and source != target
    ]
    joined = {node for edge in kept for node in edge}
    forward = _without_cycles([node for node in known if node in joined], kept)
    layer_of = _layers([node for node in known if node in joined], list(forward.values()))
    layers, links = _with_passings(layer_of, list(dict.fromkeys(forward.values())))
    _order(layers, links)
    places = _places(layers, links)
    ways = {edge: _way(edge, forward[edge], layer_of, places) for edge in kept}
    return Layout(
        {node: (layer_of[node], places[node]) for node in layer_of},
        ways,
        [node for node in known if node not in joined],
    )


def _without_cycles(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[Edge, Edge]:
    """Return each edge in a direction in which there are no cycles: those that close one are reversed."""
    following: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        following[source].append(target)
    targets = {target for _, target in edges}
    state: dict[str, int] = {}
    turned: set[Edge] = set()
    for start in sorted(nodes, key=lambda node: node in targets):
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(following[start]))]
        while stack:
            node, rest = stack[-1]
            after = next(rest, None)
            if after is None:
                state[node] = 2
                stack.pop()
            elif state.get(after) == 1:
                turned.add((node, after))
            elif after not in state:
                state[after] = 1
                stack.append((after, iter(following[after])))
    return {edge: (edge[1], edge[0]) if edge in turned else edge for edge in edges}


def _layers(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return the layer of each node: one behind the last of those that lead to it."""
    waiting_for: dict[str, int] = dict.fromkeys(nodes, 0)
    following: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        waiting_for[target] += 1
        following[source].append(target)
    found = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not waiting_for[node]]
    for node in ready:
        for target in following[node]:
            found[target] = max(found[target], found[node] + 1)
            waiting_for[target] -= 1
            if not waiting_for[target]:
                ready.append(target)
    return found


def _with_passings(
    layer_of: Mapping[str, int], edges: Sequence[Edge]
) -> tuple[list[list[_Item]], list[tuple[_Item, _Item]]]:
    """Return what stands in each layer, and the links from each layer to the next."""
    layers: list[list[_Item]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for node, layer in layer_of.items():
        layers[layer].append(node)
    links: list[tuple[_Item, _Item]] = []
    for edge in edges:
        before: _Item = edge[0]
        for layer in range(layer_of[edge[0]] + 1, layer_of[edge[1]]):
            passing = _Passing(edge, layer)
            layers[layer].append(passing)
            links.append((before, passing))
            before = passing
        links.append((before, edge[1]))
    return layers, links


def _order(layers: list[list[_Item]], links: Sequence[tuple[_Item, _Item]]) -> None:
    """Order each layer by the middle of its neighbours in the layer before, then after, in turn; keep the best."""
    sources, targets = _neighbours(links)
    best, fewest = [list(layer) for layer in layers], _crossings(layers, targets)
    for sweep in range(_SWEEPS):
        is_forward = sweep % 2 == 0
        order = range(1, len(layers)) if is_forward else range(len(layers) - 2, -1, -1)
        for number in order:
            beside = layers[number - 1 if is_forward else number + 1]
            at = {item: place for place, item in enumerate(beside)}
            near = sources if is_forward else targets
            layers[number] = _by_middle(layers[number], near, at)
        count = _crossings(layers, targets)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    layers[:] = best


def _by_middle(
    layer: Sequence[_Item], near: Mapping[_Item, Sequence[_Item]], at: Mapping[_Item, int]
) -> list[_Item]:
    def middle(entry: tuple[int, _Item]) -> tuple[float, int]:
        place, item = entry
        places = [at[other] for other in near.get(item, ())]
        return (sum(places) / len(places) if places else float(place), place)

    return [item for _, item in sorted(enumerate(layer), key=middle)]


def _crossings(layers: Sequence[Sequence[_Item]], targets: Mapping[_Item, Sequence[_Item]]) -> int:
    """Count the links that cross others, layer by layer."""
    count = 0
    for layer, after in pairwise(layers):
        at = {item: place for place, item in enumerate(after)}
        seen = [0] * (len(after) + 1)
        total = 0
        for item in layer:
            ends = sorted(at[target] for target in targets.get(item, ()))
            for end in ends:
                count += total - _sum_to(seen, end + 1)
            for end in ends:
                total += 1
                _add(seen, end + 1)
    return count


def _sum_to(tree: list[int], index: int) -> int:
    found = 0
    while index > 0:
        found += tree[index]
        index -= index & -index
    return found


def _add(tree: list[int], index: int) -> None:
    while index < len(tree):
        tree[index] += 1
        index += index & -index


def _neighbours(
    links: Sequence[tuple[_Item, _Item]],
) -> tuple[dict[_Item, list[_Item]], dict[_Item, list[_Item]]]:
    sources: dict[_Item, list[_Item]] = {}
    targets: dict[_Item, list[_Item]] = {}
    for source, target in links:
        sources.setdefault(target, []).append(source)
        targets.setdefault(source, []).append(target)
    return sources, targets


def _places(layers: Sequence[Sequence[_Item]], links: Sequence[tuple[_Item, _Item]]) -> dict[_Item, float]:
    """Return a place for each item, near the middle of its neighbours and at least one from those beside it."""
    sources, targets = _neighbours(links)
    places: dict[_Item, float] = {}
    for layer in layers:
        for place, item in enumerate(layer):
            places[item] = float(place)
    for sweep in range(_SWEEPS):
        near = sources if sweep % 2 == 0 else targets
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _settle(layer, near, places)
    least = min(places.values(), default=0.0)
    return {item: place - least for item, place in places.items()}


def _settle(
    layer: Sequence[_Item], near: Mapping[_Item, Sequence[_Item]], places: dict[_Item, float]
) -> None:
    """Move the items of a layer to where they want to be, and apart where they would meet."""
    wanted = []
    for item in layer:
        others = [places[other] for other in near.get(item, ())]
        wanted.append(sum(others) / len(others) if others else places[item])
    # Blocks of items that touch each other stand where the mean of their wishes is.
    blocks: list[tuple[float, int]] = []
    for number, wish in enumerate(wanted):
        total, size = wish - number, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / size:
            before = blocks.pop()
            total, size = total + before[0], size + before[1]
        blocks.append((total, size))
    number = 0
    for total, size in blocks:
        for _ in range(size):
            places[layer[number]] = total / size + number
            number += 1


def _way(
    edge: Edge, forward: Edge, layer_of: Mapping[str, int], places: Mapping[_Item, float]
) -> list[tuple[int, float]]:
    first, last = layer_of[forward[0]], layer_of[forward[1]]
    way = [(first, places[forward[0]])]
    way += [(layer, places[_Passing(forward, layer)]) for layer in range(first + 1, last)]
    way.append((last, places[forward[1]]))
    return way if edge == forward else way[::-1]
