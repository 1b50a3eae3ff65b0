"""pass@k and pass^k, by hand and by counting every choice of k tries."""

from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from itbench.errors import UsageError
from itbench.statistics import pass_at_k, pass_hat_k, passes


@pytest.mark.parametrize(
    ("n", "successes", "k", "at_least_one", "all_of_them"),
    [
        (3, 2, 1, 2 / 3, 2 / 3),
        (3, 2, 2, 1.0, 1 / 3),
        (3, 2, 3, 1.0, 0.0),
        (4, 1, 2, 1 / 2, 0.0),
        (5, 0, 3, 0.0, 0.0),
        (5, 5, 3, 1.0, 1.0),
        (10, 3, 4, 1 - 35 / 210, 0.0),
        (10, 6, 4, 1 - 1 / 210, 15 / 210),
    ],
)
def test_the_two_chances_by_hand(
    n: int, successes: int, k: int, at_least_one: float, all_of_them: float
) -> None:
    assert pass_at_k(n, successes, k) == pytest.approx(at_least_one)
    assert pass_hat_k(n, successes, k) == pytest.approx(all_of_them)


@pytest.mark.slow
@settings(deadline=None, database=None, max_examples=60)
@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(1, 8))
def test_they_are_the_shares_of_all_choices_of_k_tries(tries: list[bool], k: int) -> None:
    choices = list(combinations(tries, k))
    if not choices:
        assert pass_at_k(len(tries), sum(tries), k) is None
        assert pass_hat_k(len(tries), sum(tries), k) is None
    else:
        assert pass_at_k(len(tries), sum(tries), k) == sum(map(any, choices)) / len(choices)
        assert pass_hat_k(len(tries), sum(tries), k) == sum(map(all, choices)) / len(choices)


def test_more_tries_than_were_scored_are_not_measured() -> None:
    found = passes({"a": [1, 1, None], "b": [1, 0, 1], "c": [None]}, 3)
    assert found.tasks["a"] is None
    assert found.tasks["c"] is None
    assert found.at_least_one.n_tasks == 1
    assert found.at_least_one.mean == 1
    assert found.all_of_them.mean == 0


def test_nothing_measured_is_none_and_not_zero() -> None:
    found = passes({"a": [None, None]}, 1)
    assert found.at_least_one.mean is None
    assert found.all_of_them.mean is None
    assert passes({}, 1).at_least_one.n_tasks == 0


def test_over_tasks_they_are_means_with_an_error_bar() -> None:
    found = passes({"a": [1, 0], "b": [1, 1], "c": [0, 0]}, 2)
    assert found.at_least_one.mean == pytest.approx(2 / 3)
    assert found.all_of_them.mean == pytest.approx(1 / 3)
    assert found.at_least_one.standard_error == pytest.approx(1 / 3)
    assert found.tasks["a"] is not None
    assert (found.tasks["a"].n_scored, found.tasks["a"].n_successes) == (2, 1)


def test_a_success_is_a_perfect_score_unless_said_otherwise() -> None:
    run = {"a": [0.5, 1.0], "b": [0.9999, 0.4]}
    assert passes(run, 1).at_least_one.mean == 0.25
    assert passes(run, 1, threshold=0.5).at_least_one.mean == 0.75


def test_a_large_task_loses_no_digits() -> None:
    assert pass_at_k(100_000, 1, 1) == 1 / 100_000
    assert pass_hat_k(100_000, 99_999, 2) == 99_998 / 100_000


@pytest.mark.parametrize("k", [0, -1])
def test_no_tries_at_all_are_refused(k: int) -> None:
    with pytest.raises(UsageError, match=f"not for {k}"):
        passes({"a": [1.0]}, k)


@pytest.mark.parametrize("successes", [-1, 4])
def test_more_successes_than_tries_are_refused(successes: int) -> None:
    with pytest.raises(ValueError, match="cannot be successes"):
        pass_at_k(3, successes, 1)
