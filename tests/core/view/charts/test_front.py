"""The Pareto front is what its definition says."""

from hypothesis import given, strategies as st

from itbench import PanelPoint
from itbench.view.charts.front import pareto_front

small = st.integers(0, 6)


@given(places=st.lists(st.tuples(small, small), max_size=12))
def test_the_front_is_what_nothing_beats(places: list[tuple[int, int]]) -> None:
    points = [PanelPoint(x=x, y=y) for x, y in places]
    wanted = {(x, y) for x, y in places if not any(a <= x and b >= y and (a, b) != (x, y) for a, b in places)}
    found = [(point.x, point.y) for point in pareto_front(points)]
    assert found == sorted(wanted)
