"""The comparison of two runs on the same tasks."""

import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.
from hypothesis import given, settings, strategies as st

from itbench.statistics import compare

Run = dict[str, list[float | None]]
RUNS = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.none() | st.floats(0, 1), max_size=3), max_size=6
)
quickly = settings(deadline=None, database=None, max_examples=60)


def test_a_comparison_by_hand() -> None:
    a: Run = {"t1": [1, 1], "t2": [0.5, 0.5], "t3": [1, 0], "t4": [0], "t5": [1]}
    b: Run = {"t1": [0, 1], "t2": [0.5], "t3": [0, 0], "t4": [0.25, None], "t6": [1]}
    found = compare(a, b)
    # differences 0.5, 0, 0.5, -0.25
    assert found.difference == pytest.approx(0.1875)
    assert found.standard_deviation == pytest.approx(0.375)
    assert found.standard_error == pytest.approx(0.1875)
    assert found.p_value == pytest.approx(0.3910022189557706)  # t = 1: 2/3 - sqrt(3) / (2 pi)
    assert (found.wins, found.ties, found.losses, found.n_tasks) == (2, 1, 1, 4)
    assert found.only_in_a == ("t5",)
    assert found.only_in_b == ("t6",)
    assert found.sign_flip is not None
    # of the eight patterns of 0.5, 0.5, 0.25 six sum to 0.75 or more in size
    assert found.sign_flip.p_value == 0.5


def test_it_agrees_with_the_paired_t_test_of_scipy() -> None:
    a = [(i * 7 % 11) / 11 for i in range(30)]
    b = [(i * 5 % 13) / 13 for i in range(30)]
    found = compare(
        {f"t{i}": [value] for i, value in enumerate(a)}, {f"t{i}": [value] for i, value in enumerate(b)}
    )
    expected = scipy.stats.ttest_rel(a, b)
    assert found.p_value == pytest.approx(float(expected.pvalue))


def test_pairing_finds_what_two_separate_error_bars_hide() -> None:
    b = {f"t{i}": [i / 20] for i in range(16)}
    a = {task: [value + 0.05 + 0.01 * (i % 2)] for i, (task, [value]) in enumerate(b.items())}
    found = compare(a, b)
    assert found.p_value is not None
    assert found.p_value < 1e-9
    assert found.sign_flip is not None
    assert found.sign_flip.p_value == 2 / 2**16


def test_equal_runs_do_not_differ() -> None:
    run: Run = {"a": [0.1, 0.2, None], "b": [1.0], "c": [0.3]}
    found = compare(run, run)
    assert found.difference == 0
    assert found.p_value == 1
    assert found.sign_flip is not None
    assert found.sign_flip.p_value == 1
    assert (found.wins, found.ties, found.losses) == (0, 3, 0)


def test_rounding_makes_no_winner() -> None:
    found = compare({"a": [0.1, 0.2], "b": [0.3]}, {"a": [0.15], "b": [0.1 + 0.2]})
    assert found.ties == 2


def test_the_same_difference_everywhere_has_no_spread_to_test_against() -> None:
    found = compare({"a": [0.3], "b": [0.4], "c": [0.5]}, {"a": [0.1], "b": [0.2], "c": [0.3]})
    assert found.difference == pytest.approx(0.2)
    assert found.standard_error == 0
    assert found.p_value is None
    assert found.sign_flip is not None
    assert found.sign_flip.p_value == 2 / 8


@pytest.mark.parametrize(
    ("n_tasks", "low"), [(2, -0.683772), (5, -0.043648), (6, 0.081484)], ids=["two", "five", "six"]
)
def test_tasks_that_all_differ_by_one_show_it_only_where_there_are_enough(n_tasks: int, low: float) -> None:
    found = compare({f"t{i}": [1.0] for i in range(n_tasks)}, {f"t{i}": [0.0] for i in range(n_tasks)})
    assert found.interval is not None
    assert found.sign_flip is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((low, 1.0), abs=1e-6)
    assert found.has_too_few_tasks == (n_tasks < 6) == (found.sign_flip.p_value > 0.05)


def test_equal_runs_of_few_tasks_leave_room_for_a_difference() -> None:
    found = compare({f"t{i}": [1.0] for i in range(6)}, {f"t{i}": [1.0] for i in range(6)})
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((-0.459258, 0.459258), abs=1e-6)


def test_one_common_task_shows_a_difference_and_nearly_any_interval() -> None:
    found = compare({"a": [1.0]}, {"a": [0.5], "b": [1.0]})
    assert found.difference == 0.5
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((-0.9625, 0.9875))
    assert found.p_value is None
    assert found.sign_flip is not None
    assert found.sign_flip.p_value == 1


def test_runs_without_a_common_score_have_no_difference() -> None:
    a: Run = {"a": [1.0], "b": [None]}
    b: Run = {"b": [1.0], "c": [None]}
    found = compare(a, b)
    assert found.difference is None
    assert found.sign_flip is None
    assert found.n_tasks == 0
    assert (found.only_in_a, found.only_in_b) == (("a",), ("b",))


@pytest.mark.slow
@quickly
@given(RUNS, RUNS)
def test_the_other_way_round_only_the_sign_changes(a: Run, b: Run) -> None:
    forth, back = compare(a, b), compare(b, a)
    assert back.p_value == forth.p_value
    assert back.sign_flip == forth.sign_flip
    assert (back.wins, back.ties, back.losses) == (forth.losses, forth.ties, forth.wins)
    assert (back.only_in_a, back.only_in_b) == (forth.only_in_b, forth.only_in_a)
    if forth.difference is not None:
        assert back.difference == -forth.difference
        assert forth.interval is not None
        assert back.interval is not None
        assert (back.interval.low, back.interval.high) == pytest.approx(
            (-forth.interval.high, -forth.interval.low), abs=1e-6
        )


@pytest.mark.slow
@quickly
@given(RUNS)
def test_any_run_equals_itself(run: Run) -> None:
    found = compare(run, run)
    assert found.difference in {0, None}
    assert found.wins == found.losses == 0
    assert found.p_value in {1, None}
