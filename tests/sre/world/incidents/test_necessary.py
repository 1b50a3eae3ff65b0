"""What a page needs, found by leaving groups out."""

import pytest
from hypothesis import given, strategies as st

from itbench_sre.world.incidents.necessary import necessary, sufficient_pairs


@given(places=st.integers(1, 14), needed=st.sets(st.integers(0, 13), max_size=3))
def test_all_that_is_needed_is_found_where_each_alone_silences_the_page(
    places: int, needed: set[int]
) -> None:
    needed = {place for place in needed if place < places}
    asked = []

    def fires_without(left_out: frozenset[int]) -> bool:
        asked.append(left_out)
        return not needed & left_out

    assert necessary(range(places), fires_without) == sorted(needed)
    assert len(set(asked)) == len(asked)
    if len(needed) == 1 and places > 4:
        assert len(asked) < 2 * places


@pytest.mark.parametrize("places", [2, 3, 8])
def test_a_page_with_two_sufficient_causes_needs_neither_alone_but_the_pair(places: int) -> None:
    def fires_without(left_out: frozenset[int]) -> bool:
        return not {0, 1} <= left_out

    assert sufficient_pairs(range(places), fires_without) == [(0, 1)]
