"""What a page needs, found by leaving groups out."""

import pytest
from hypothesis import given, strategies as st

from itbench_sre.world.incidents.necessary import necessary, sufficient, sufficient_pair


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


@given(places=st.integers(2, 14), data=st.data())
def test_a_page_with_two_sufficient_causes_needs_neither_alone_but_the_pair(
    places: int, data: st.DataObject
) -> None:
    first, second = sorted(
        data.draw(st.lists(st.integers(0, places - 1), min_size=2, max_size=2, unique=True))
    )
    asked = []

    def fires_without(left_out: frozenset[int]) -> bool:
        asked.append(left_out)
        return not {first, second} <= left_out

    assert necessary(range(places), fires_without) == []
    assert sufficient_pair(range(places), fires_without) == (first, second)
    assert len(asked) < 12 * places


@pytest.mark.parametrize(
    "sets",
    [({0}, {1}, {2}), ({0, 1}, {2, 3}), ({0}, {1, 2})],
    ids=["three causes", "two that need two each", "one, or two together"],
)
def test_a_page_that_no_single_pair_explains_has_no_pair(sets: tuple[set[int], ...]) -> None:
    def fires_without(left_out: frozenset[int]) -> bool:
        return any(not each & left_out for each in sets)

    assert sufficient_pair(range(6), fires_without) is None


@given(places=st.integers(1, 14), enough=st.sets(st.integers(0, 13), min_size=1, max_size=3))
def test_what_is_enough_is_found_with_two_runs_for_each_halving(places: int, enough: set[int]) -> None:
    enough = {place % places for place in enough}
    asked = []

    def fires_with(kept: frozenset[int]) -> bool:
        asked.append(kept)
        return bool(enough & kept)

    assert sufficient(range(places), fires_with) in enough
    assert len(asked) <= 2 * (places - 1).bit_length()


def test_nothing_is_enough_where_two_are_needed_together_or_nothing_is_there() -> None:
    assert sufficient(range(8), lambda kept: {1, 6} <= kept) is None
    assert sufficient((), bool) is None
