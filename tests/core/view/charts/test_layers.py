"""Graphs are laid out in layers: along their edges, nothing on anything else, and always in the same way."""

from itertools import pairwise

from hypothesis import given, strategies as st

from itbench.view.charts.layers import lay_out

ids = st.sampled_from("abcdefghij")
edges = st.lists(st.tuples(ids, ids), max_size=25)


@given(nodes=st.lists(ids, unique=True), edges=edges)
def test_each_node_has_a_place_of_its_own(nodes: list[str], edges: list[tuple[str, str]]) -> None:
    found = lay_out(nodes, edges)
    assert sorted([*found.nodes, *found.alone]) == sorted(nodes)
    by_layer: dict[int, list[float]] = {}
    for layer, place in found.nodes.values():
        by_layer.setdefault(layer, []).append(place)
    for places in by_layer.values():
        assert all(other - one > 0.999 for one, other in pairwise(sorted(places)))
    kept = {(a, b) for a, b in edges if a != b and a in nodes and b in nodes}
    assert set(found.ways) == kept
    for (source, target), way in found.ways.items():
        assert (way[0], way[-1]) == (found.nodes[source], found.nodes[target])
        assert [abs(after[0] - before[0]) for before, after in pairwise(way)] == [1] * (len(way) - 1)
    assert lay_out(nodes, edges) == found


@given(
    edges=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda e: e[0] < e[1]), max_size=20)
)
def test_without_cycles_every_edge_leads_to_a_later_layer(edges: list[tuple[int, int]]) -> None:
    named = [(f"n{a}", f"n{b}") for a, b in edges]
    found = lay_out([f"n{n}" for n in range(9)], named)
    assert all(found.nodes[a][0] < found.nodes[b][0] for a, b in named)


def test_a_cycle_begins_where_something_leads_into_it() -> None:
    found = lay_out(["b", "c", "root"], [("b", "c"), ("c", "b"), ("root", "b")])
    assert [found.nodes[node][0] for node in ("root", "b", "c")] == [0, 1, 2]


def test_edges_that_need_not_cross_do_not() -> None:
    found = lay_out(["a", "b", "x", "y"], [("a", "y"), ("b", "x")])
    (_, a), (_, b) = found.nodes["a"], found.nodes["b"]
    (_, x), (_, y) = found.nodes["x"], found.nodes["y"]
    assert (a < b) == (y < x)
